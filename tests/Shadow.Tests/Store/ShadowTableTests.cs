using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Shadow.Store;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Store;

internal sealed class ShadowTableTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_scan_with_an_end_searches_the_key_no_further(bool isFirst)
    {
        using var folder = new TemporaryFolder();
        await ShadowTable.Open(folder.Path, Durability.Memory, NullLogger.Instance).DisposeAsync();
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Path, ShadowTable.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + ShadowTable.NextRows(isFirst, isBounded: true);
        foreach (var name in new[] { "$thing", "$name", "$below", "$limit" })
        {
            command.Parameters.AddWithValue(name, "1");
        }

        using var row = command.ExecuteReader();
        Assert.That(row.Read(), Is.True);
        Assert.That(row.GetString(3), Does.StartWith("SEARCH shadows USING INDEX").And.Contain("(thing,name)>(?,?)").And.Contain("thing<?"));
    }
}
