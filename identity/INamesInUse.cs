namespace Roost.Identity;

/// <summary>
/// Who goes by a name that no thing of the registry has: a claim, or a CA that registers just in time, may give only names that nobody goes by. Implemented where the machine's own
/// things and the clients are known.
/// </summary>
public interface INamesInUse
{
    /// <param name="asker">The owner of sessions (<see cref="Principal.Owner"/>) that wants the name: what it is itself does not stand against it.</param>
    /// <returns>For people, who it is: "a thing of this machine's hardware"; null: nobody.</returns>
    ValueTask<string?> FindAsync(string name, string asker);
}
