namespace Roost.Identity;

/// <summary>Secrets for functions and exporters. They are sealed at rest and in memory, and opened for whoever asks. Any thread may call.</summary>
public interface ISecrets
{
    /// <returns>Null: there is none of that name, or the key that sealed it is not here.</returns>
    string? Find(string name);

    /// <summary>Whether there is one of that name, even if its key is not here.</summary>
    bool Exists(string name);

    /// <param name="changed">Gets a name after its secret was set, or deleted; its task completes when the new one is in use. It must not throw.</param>
    void Subscribe(Func<string, Task> changed);
}
