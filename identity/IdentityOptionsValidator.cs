using Microsoft.Extensions.Options;

namespace Roost.Identity;

internal sealed class IdentityOptionsValidator : IValidateOptions<IdentityOptions>
{
    public ValidateOptionsResult Validate(string? name, IdentityOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.Folder.Length == 0)
        {
            faults.AddError($"{IdentityOptions.Section}:Folder is empty; name a folder, like identity");
        }

        return faults.Build();
    }
}
