using Microsoft.Data.Sqlite;

namespace Roost.Identity.Things;

/// <summary>What belongs to a thing and ends with it.</summary>
internal interface IThingEnding
{
    /// <summary>Whose policies end with the thing.</summary>
    IReadOnlyList<string> PrincipalsOf(string thing);

    /// <summary>In the transaction that deletes the thing: both or none.</summary>
    void Delete(SqliteConnection connection, string thing);

    /// <summary>The transaction is durable.</summary>
    Task ForgetAsync(string thing);
}
