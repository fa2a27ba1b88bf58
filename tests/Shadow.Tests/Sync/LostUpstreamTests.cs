using Microsoft.Extensions.Logging.Abstractions;
using Roost.Shadow.Sync;
using Roost.Storage.Backups;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Sync;

/// <summary>Shadows that are gone on one side although nobody deleted them there.</summary>
internal sealed class LostUpstreamTests
{
    private const string State = """{"desired":{"mode":"home"},"reported":{"x":1}}""";
    private static readonly ShadowId[] s_ids = [.. Enumerable.Range(0, 5).Select(i => Some.Id($"vac-{i}"))];

    [Test]
    public async Task Shadows_that_an_emptied_cloud_lacks_are_kept_here_until_somebody_decides()
    {
        await using var pair = await SyncedAsync(s_ids);
        await EmptyCloudAsync(pair);
        await AreHeldAsync(pair, 5);

        Assert.That(pair.Sync.Trouble, Does.StartWith("5 shadows are gone in the cloud"));
        Assert.That(pair.Sync.Stored(s_ids[0])!.Error, Does.StartWith("It is gone in the cloud"));

        // Of those that go on writing, none is held any more; and then, although few are left, they are no deletions.
        foreach (var id in s_ids[1..])
        {
            await SyncPair.UpdateAsync(pair.Edge, id, """{"reported":{"x":1}}""");
            await pair.BecomesAsync(pair.Cloud, id, State);
        }

        await AreHeldAsync(pair, 1);
        pair.Link.Cut();
        await pair.RestartEdgeAsync();
        Assert.That(pair.Sync.Trouble, Does.StartWith("1 shadows are gone in the cloud"));
        pair.Link.Connect();
        await AreHeldAsync(pair, 1);
        Assert.That(await SyncPair.StateAsync(pair.Edge, s_ids[0]), Is.EqualTo(State));
        Assert.That(await SyncPair.StateAsync(pair.Cloud, s_ids[0]), Is.Null);

        Assert.That(await pair.Sync.PutBackAsync("lamp"), Is.Zero);
        Assert.That(await pair.Sync.PutBackAsync("vac-0"), Is.EqualTo(1));
        await pair.BecomesAsync(pair.Cloud, s_ids[0], State);
        await pair.IsQuietAsync();
        Assert.That((pair.Sync.Trouble, pair.Sync.Stored(s_ids[0])!.Error), Is.EqualTo(((string?)null, (string?)null)));
    }

    [Test]
    public async Task What_was_written_before_an_emptied_cloud_is_there_again_comes_to_it_whole()
    {
        await using var pair = await SyncedAsync(s_ids);
        await EmptyCloudAsync(pair, () => SyncPair.UpdateAsync(pair.Edge, s_ids[0], """{"reported":{"x":2}}"""));

        await pair.BecomesAsync(pair.Cloud, s_ids[0], """{"desired":{"mode":"home"},"reported":{"x":2}}""");
        await AreHeldAsync(pair, 4);
        Assert.That(await pair.AreEqualAsync(s_ids[0]));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Deletions_that_are_accepted_are_done_here_except_of_what_was_written_since(bool restart)
    {
        await using var pair = await SyncedAsync(s_ids);
        await EmptyCloudAsync(pair);
        await AreHeldAsync(pair, 5);
        pair.Link.Cut();

        Assert.That(await pair.Sync.AcceptDeletionsAsync(null), Is.EqualTo(5));
        await SyncPair.UpdateAsync(pair.Edge, s_ids[4], """{"reported":{"x":2}}""");
        if (restart)
        {
            await pair.RestartEdgeAsync();
        }

        pair.Link.Connect();
        await pair.BecomesAsync(pair.Cloud, s_ids[4], """{"desired":{"mode":"home"},"reported":{"x":2}}""");
        foreach (var id in s_ids[..4])
        {
            await pair.BecomesAsync(pair.Edge, id, null);
        }

        await pair.IsQuietAsync();
    }

    [Test]
    public async Task Held_shadows_that_the_cloud_has_again_are_synced()
    {
        await using var pair = await SyncedAsync(s_ids);
        await EmptyCloudAsync(pair);
        await AreHeldAsync(pair, 5);

        foreach (var id in s_ids)
        {
            await SyncPair.UpdateAsync(pair.Cloud, id, """{"desired":{"mode":"dock"},"reported":{"x":1}}""");
        }

        await pair.IsQuietAsync();
        Assert.That(await SyncPair.StateAsync(pair.Edge, s_ids[0]), Is.EqualTo("""{"desired":{"mode":"dock"},"reported":{"x":1}}"""));
        Assert.That(pair.Sync.Trouble, Is.Null);
    }

    [Test]
    public async Task However_many_deletions_are_seen_they_are_believed()
    {
        await using var pair = await SyncedAsync(s_ids);

        foreach (var id in s_ids)
        {
            await SyncPair.DeleteAsync(pair.Cloud, id);
        }

        foreach (var id in s_ids)
        {
            await pair.BecomesAsync(pair.Edge, id, null);
        }
    }

    [Test]
    public async Task With_another_upstream_shadows_are_synced_as_if_for_the_first_time()
    {
        await using var pair = await SyncedAsync(s_ids);
        pair.Link.Cut();
        await SyncPair.DeleteAsync(pair.Edge, s_ids[0]); // not meant for the other one, which has a shadow of this name
        await pair.Cloud.RestartAsync(host => Empty(host.Folder));
        foreach (var id in s_ids[..2])
        {
            await SyncPair.UpdateAsync(pair.Cloud, id, """{"desired":{"mode":"dock"}}""");
        }

        await pair.RestartEdgeAsync(() => pair.Link.Identity = "other:8883 as edge");
        pair.Link.Connect();

        await pair.IsQuietAsync();
        Assert.That(await SyncPair.StateAsync(pair.Edge, s_ids[0]), Is.EqualTo("""{"desired":{"mode":"dock"}}"""));
        Assert.That(await SyncPair.StateAsync(pair.Edge, s_ids[1]), Is.EqualTo("""{"desired":{"mode":"dock"},"reported":{"x":1}}"""));
        Assert.That(await SyncPair.StateAsync(pair.Edge, s_ids[2]), Is.EqualTo(State));
        foreach (var id in s_ids)
        {
            Assert.That(await pair.AreEqualAsync(id), $"{id}");
        }
    }

    [Test]
    public async Task A_restored_backup_deletes_nothing_in_the_cloud()
    {
        using var backup = new TemporaryFolder();
        await using var pair = await SyncedAsync(s_ids[..3]);
        await new ShadowBackup(pair.Edge.Options, pair.Edge.Clock, NullLogger.Instance, pair.Edge.Service).CopyAsync(backup.Path, default);
        await SyncPair.UpdateAsync(pair.Edge, s_ids[3], """{"reported":{"new":"here"}}""");
        await SyncPair.UpdateAsync(pair.Cloud, s_ids[4], """{"desired":{"new":"there"}}""");
        await SyncPair.UpdateAsync(pair.Edge, s_ids[0], """{"reported":{"later":1}}""");
        await SyncPair.DeleteAsync(pair.Edge, s_ids[1]);
        await pair.BecomesAsync(pair.Edge, s_ids[4], """{"desired":{"new":"there"}}""");
        await pair.BecomesAsync(pair.Cloud, s_ids[1], null);
        await pair.IsQuietAsync();
        pair.Link.Cut();

        var staged = pair.Edge.Folder + ".restored";
        await pair.RestartEdgeAsync(() =>
        {
            new ShadowBackup(pair.Edge.Options, pair.Edge.Clock, NullLogger.Instance).StageAsync(backup.Path, staged, replay: false, default).GetAwaiter().GetResult();
            Directory.Delete(pair.Edge.Folder, recursive: true);
            Directory.Move(staged, pair.Edge.Folder);
        });
        Assert.That(await SyncPair.StateAsync(pair.Edge, s_ids[3]), Is.Null, "the restore removes what is not in the backup");
        pair.Link.Connect();

        await pair.IsQuietAsync();
        var states = new List<string?>();
        foreach (var id in s_ids)
        {
            states.Add(await SyncPair.StateAsync(pair.Cloud, id));
            Assert.That(await pair.AreEqualAsync(id), $"{id}");
        }

        Assert.That(states, Is.EqualTo(new[]
        {
            """{"desired":{"mode":"home"},"reported":{"x":1,"later":1}}""", State, State, """{"reported":{"new":"here"}}""", """{"desired":{"new":"there"}}""",
        }));
    }

    private static async Task<SyncPair> SyncedAsync(IEnumerable<ShadowId> ids)
    {
        var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        foreach (var id in ids)
        {
            await SyncPair.UpdateAsync(pair.Edge, id, State);
        }

        await pair.IsQuietAsync();
        return pair;
    }

    private static async Task EmptyCloudAsync(SyncPair pair, Func<Task>? meanwhile = null)
    {
        pair.Link.Cut();
        await pair.Cloud.RestartAsync(host => Empty(host.Folder));
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        pair.Link.Connect();
    }

    private static void Empty(string folder)
    {
        Directory.GetDirectories(folder).ToList().ForEach(inner => Directory.Delete(inner, recursive: true));
        Directory.GetFiles(folder).ToList().ForEach(File.Delete);
    }

    private static Task AreHeldAsync(SyncPair pair, int count) => Eventually.IsTrueAsync(
        () => pair.Sync.Views().Count(view => view.State == SyncState.Held) == count && pair.Sync.Views().Count(view => view.State == SyncState.Synced) == s_ids.Length - count,
        $"{count} shadows to be held");
}
