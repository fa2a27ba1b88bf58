using Roost.Identity;
using Roost.LocalLambda;
using Roost.Streams;

namespace Roost.Gateway.Cloud;

/// <summary>Functions and what goes to the cloud.</summary>
internal sealed class SecretUsers(FunctionHost functions, IStreamSecretUses cloud) : ISecretUsers
{
    public IReadOnlyList<string> Of(string secret) =>
        [.. cloud.All.Where(use => use.Secret == secret).Select(use => use.Key), .. functions.UsersOfSecret(secret).Select(function => $"function {function}")];
}
