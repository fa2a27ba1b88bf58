using Microsoft.Data.Sqlite;

namespace Roost.Identity.Things;

/// <summary>What belongs to a thing and ends with it.</summary>
internal interface IThingEnding
{
    /// <summary>Before anything is deleted: takes rights away that somebody of the same name would have. May be called again for the same thing.</summary>
    Task BeginAsync(string thing, ChangedBy by, CancellationToken cancellationToken);

    /// <summary>In the transaction that deletes the thing: both or none.</summary>
    void Delete(SqliteConnection connection, string thing);

    /// <summary>The transaction is durable.</summary>
    Task ForgetAsync(string thing);
}
