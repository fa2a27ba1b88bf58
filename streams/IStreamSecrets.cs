namespace Roost.Streams;

/// <summary>The gateway's secrets, for what goes to the cloud. They are asked for late, at each connection or request. Any thread may call.</summary>
public interface IStreamSecrets
{
    /// <returns>Null: there is none of that name, or the key that sealed it is not here.</returns>
    string? Find(string name);

    /// <summary>Whether there is one of that name, even if its key is not here.</summary>
    bool Exists(string name);
}
