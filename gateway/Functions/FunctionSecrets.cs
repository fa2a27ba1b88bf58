using Roost.Identity;
using Roost.LocalLambda;

namespace Roost.Gateway.Functions;

/// <summary>Functions get the gateway's secrets. Who may deploy a function may let it have any of them.</summary>
internal sealed class FunctionSecrets(ISecrets secrets) : IFunctionSecrets
{
    public string? Find(string name) => secrets.Find(name);

    public void Subscribe(Func<string, Task> changed) => secrets.Subscribe(changed);
}
