namespace Roost.LocalLambda;

/// <summary>Where functions' secrets come from: values that the environment of a function refers to as <c>${secret:NAME}</c>. Any thread may call.</summary>
public interface IFunctionSecrets
{
    /// <returns>Null: there is none of that name.</returns>
    string? Find(string name);

    /// <param name="changed">Gets the name of a secret that was set or deleted. It does not throw.</param>
    void Subscribe(Func<string, Task> changed);
}
