using Roost.Mqtt;
using Roost.Shadow.Sync;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Sync;

internal sealed class ShadowSyncTests
{
    private static readonly ShadowId s_id = Some.Id("vac-1");
    private static readonly ShadowId s_named = Some.Id("vac-1", "$package");

    [Test]
    public async Task A_change_of_either_side_reaches_the_other()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();

        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"battery":80}}""");
        await pair.BecomesAsync(pair.Cloud, s_id, """{"reported":{"battery":80}}""");
        await SyncPair.UpdateAsync(pair.Cloud, s_id, """{"desired":{"mode":"home"}}""");
        await pair.BecomesAsync(pair.Edge, s_id, """{"desired":{"mode":"home"},"reported":{"battery":80}}""");
        await SyncPair.UpdateAsync(pair.Edge, s_named, """{"reported":{"a":[1,{"b":2}]}}""");
        await pair.BecomesAsync(pair.Cloud, s_named, """{"reported":{"a":[1,{"b":2}]}}""");
    }

    [Test]
    public async Task Devices_hear_of_what_the_cloud_desires_like_of_any_other_change()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"mode":"clean"}}""");
        await pair.IsQuietAsync();

        await SyncPair.UpdateAsync(pair.Cloud, s_id, """{"desired":{"mode":"home"}}""");

        await Eventually.IsTrueAsync(() => pair.Edge.Broker.On("$aws/things/vac-1/shadow/update/delta").Count == 1, "the delta at the edge");
    }

    [Test]
    public async Task A_single_change_costs_one_request_and_has_no_echo()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"n":0}}""");
        await pair.IsQuietAsync();
        var before = pair.Link.Requests;

        for (var n = 1; n <= 5; n++)
        {
            await SyncPair.UpdateAsync(pair.Edge, s_id, $$$"""{"reported":{"n":{{{n}}}}}""");
            await pair.BecomesAsync(pair.Cloud, s_id, $$$"""{"reported":{"n":{{{n}}}}}""");
            await SyncPair.UpdateAsync(pair.Cloud, s_id, $$$"""{"desired":{"n":{{{n}}}}}""");
            await pair.BecomesAsync(pair.Edge, s_id, $$$"""{"desired":{"n":{{{n}}}},"reported":{"n":{{{n}}}}}""");
            await SyncPair.UpdateAsync(pair.Cloud, s_id, """{"desired":null}""");
            await pair.BecomesAsync(pair.Edge, s_id, $$$"""{"reported":{"n":{{{n}}}}}""");
        }

        await pair.IsQuietAsync();
        Assert.That(pair.Link.Requests - before, Is.EqualTo(5)); // one for each change here; the cloud's come by themselves
    }

    [Test]
    public async Task What_both_sides_did_while_apart_is_joined_and_conflicts_are_explained()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"desired":{"mode":"clean"},"reported":{"mode":"clean","x":1,"y":1}}""");
        await pair.IsQuietAsync();
        pair.Link.Cut();

        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"desired":{"mode":"dock"},"reported":{"mode":"dock","x":2}}""");
        await SyncPair.UpdateAsync(pair.Cloud, s_id, """{"desired":{"mode":"home"},"reported":{"mode":"home","y":null}}""");
        pair.Link.Connect();
        await pair.IsQuietAsync();

        const string merged = """{"desired":{"mode":"home"},"reported":{"mode":"dock","x":2}}""";
        Assert.That(await SyncPair.StateAsync(pair.Edge, s_id), Is.EqualTo(merged));
        Assert.That(await SyncPair.StateAsync(pair.Cloud, s_id), Is.EqualTo(merged));
        var row = pair.Sync.Stored(s_id)!;
        Assert.That(row.Conflicts, Is.EqualTo(2));
        Assert.That(row.LastConflicts, Is.EqualTo(new[]
        {
            new SyncConflict("/desired/mode", "\"clean\"", "\"dock\"", "\"home\"", ConflictWinner.Cloud),
            new SyncConflict("/reported/mode", "\"clean\"", "\"dock\"", "\"home\"", ConflictWinner.Device),
        }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_deletion_while_apart_reaches_the_other_side_that_did_nothing(bool atCloud)
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_named, """{"reported":{"x":1}}""");
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();
        pair.Link.Cut();

        await SyncPair.DeleteAsync(atCloud ? pair.Cloud : pair.Edge, s_id);
        pair.Link.Connect();

        await pair.BecomesAsync(atCloud ? pair.Edge : pair.Cloud, s_id, null);
        await pair.IsQuietAsync();
        Assert.That(pair.Sync.Stored(s_id)!.Last, Is.Null);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_change_while_apart_is_stronger_than_the_other_sides_deletion(bool deletedAtCloud)
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();
        pair.Link.Cut();

        await SyncPair.DeleteAsync(deletedAtCloud ? pair.Cloud : pair.Edge, s_id);
        await SyncPair.UpdateAsync(deletedAtCloud ? pair.Edge : pair.Cloud, s_id, """{"reported":{"x":2}}""");
        pair.Link.Connect();

        await pair.BecomesAsync(deletedAtCloud ? pair.Cloud : pair.Edge, s_id, """{"reported":{"x":2}}""");
        await pair.IsQuietAsync();
        Assert.That(pair.Sync.Stored(s_id)!.LastConflicts[0].Path, Is.EqualTo("/"));
    }

    [Test]
    public async Task A_shadow_made_anew_in_the_cloud_is_not_deleted_although_the_old_one_was_deleted_here()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();
        pair.Link.Cut();

        await SyncPair.DeleteAsync(pair.Edge, s_id);
        await SyncPair.DeleteAsync(pair.Cloud, s_id);
        pair.Cloud.Clock.Advance(TimeSpan.FromHours(49)); // versions begin at 1 again
        await SyncPair.UpdateAsync(pair.Cloud, s_id, """{"reported":{"x":1}}"""); // the very same, at the very same version
        pair.Link.Connect();

        await pair.BecomesAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();
        Assert.That(await SyncPair.StateAsync(pair.Cloud, s_id), Is.Not.Null);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_deletion_and_a_new_shadow_while_connected_follow_each_other(bool atCloud)
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        var (side, other) = atCloud ? (pair.Cloud, pair.Edge) : (pair.Edge, pair.Cloud);
        await SyncPair.UpdateAsync(side, s_id, """{"reported":{"x":1}}""");
        await pair.BecomesAsync(other, s_id, """{"reported":{"x":1}}""");

        await SyncPair.DeleteAsync(side, s_id);
        await pair.BecomesAsync(other, s_id, null);
        await SyncPair.UpdateAsync(side, s_id, """{"reported":{"y":2}}""");
        await pair.BecomesAsync(other, s_id, """{"reported":{"y":2}}""");
    }

    [Test]
    public async Task After_thirty_days_and_a_restart_only_what_changed_is_sent()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        for (var i = 0; i < 50; i++)
        {
            await SyncPair.UpdateAsync(pair.Edge, Some.Id($"vac-{i}"), """{"reported":{"x":1},"desired":{"y":1}}""");
        }

        await Eventually.IsTrueAsync(() => pair.Sync.Views().Count() == 50, "all shadows to be known");
        await pair.IsQuietAsync();
        pair.Link.Cut();
        pair.Edge.Clock.Advance(TimeSpan.FromDays(30));
        pair.Cloud.Clock.Advance(TimeSpan.FromDays(30));
        await SyncPair.UpdateAsync(pair.Edge, Some.Id("vac-1"), """{"reported":{"x":2}}""");
        await SyncPair.DeleteAsync(pair.Edge, Some.Id("vac-2"));
        await SyncPair.UpdateAsync(pair.Cloud, Some.Id("vac-3"), """{"desired":{"y":3}}""");
        await SyncPair.DeleteAsync(pair.Cloud, Some.Id("vac-4"));
        await pair.RestartEdgeAsync();
        var (before, written) = (pair.Link.Requests, pair.Cloud.Broker.Topics("$aws/things/+/shadow/update/accepted").Count);
        pair.Link.Connect();
        await pair.IsQuietAsync();

        Assert.That(await SyncPair.StateAsync(pair.Cloud, Some.Id("vac-1")), Is.EqualTo("""{"desired":{"y":1},"reported":{"x":2}}"""));
        Assert.That(await SyncPair.StateAsync(pair.Cloud, Some.Id("vac-2")), Is.Null);
        Assert.That(await SyncPair.StateAsync(pair.Edge, Some.Id("vac-3")), Is.EqualTo("""{"desired":{"y":3},"reported":{"x":1}}"""));
        Assert.That(await SyncPair.StateAsync(pair.Edge, Some.Id("vac-4")), Is.Null);
        Assert.That(pair.Cloud.Broker.Topics("$aws/things/+/shadow/update/accepted").Count - written, Is.EqualTo(1));
        Assert.That(pair.Link.Requests - before, Is.EqualTo(53)); // a get and an update for vac-1, a get and a delete for vac-2, two gets for vac-4, which is gone, a get for each other
    }

    [Test]
    public async Task A_deleted_shadow_that_was_made_anew_in_the_cloud_while_apart_is_found_after_a_restart()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_named, """{"reported":{"x":1}}""");
        await pair.BecomesAsync(pair.Cloud, s_named, """{"reported":{"x":1}}""");
        await SyncPair.DeleteAsync(pair.Edge, s_named);
        await pair.BecomesAsync(pair.Cloud, s_named, null);
        await pair.IsQuietAsync();
        pair.Link.Cut();

        await SyncPair.UpdateAsync(pair.Cloud, s_named, """{"desired":{"x":2}}""");
        await pair.RestartEdgeAsync();
        pair.Link.Connect();

        await pair.BecomesAsync(pair.Edge, s_named, """{"desired":{"x":2}}""");
    }

    [Test]
    public async Task Shadows_that_were_lost_with_the_disk_here_come_back_from_the_cloud_and_none_is_deleted_there()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1,"y":1}}""");
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":2}}""");
        await SyncPair.UpdateAsync(pair.Edge, s_named, """{"reported":{"z":1}}""");
        await pair.BecomesAsync(pair.Cloud, s_named, """{"reported":{"z":1}}""");
        await pair.IsQuietAsync();
        pair.Link.Cut();

        await pair.RestartEdgeAsync(() =>
        {
            foreach (var file in Directory.GetFiles(pair.Edge.Folder).Where(file => !Path.GetFileName(file).StartsWith("shadow-sync", StringComparison.Ordinal)))
            {
                File.Delete(file);
            }

            Directory.GetDirectories(pair.Edge.Folder).ToList().ForEach(folder => Directory.Delete(folder, recursive: true));
        });
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":3}}"""); // version 1 of a shadow that had 2
        pair.Link.Connect();

        await pair.BecomesAsync(pair.Edge, s_named, """{"reported":{"z":1}}""");
        await pair.BecomesAsync(pair.Cloud, s_id, """{"reported":{"x":3,"y":1}}""");
        await pair.IsQuietAsync();
        Assert.That(await pair.AreEqualAsync(s_id) && await pair.AreEqualAsync(s_named));
    }

    [Test]
    public async Task A_deletion_is_kept_in_mind_over_a_restart_and_longer_than_its_tombstone()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();
        pair.Link.Cut();

        await SyncPair.DeleteAsync(pair.Edge, s_id);
        await pair.RestartEdgeAsync(() => pair.Edge.Clock.Advance(TimeSpan.FromDays(3)));
        await pair.RestartEdgeAsync();
        pair.Link.Connect();

        await pair.BecomesAsync(pair.Cloud, s_id, null);
    }

    [Test]
    public async Task An_update_that_meets_another_version_is_made_anew_once()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":0}}""");
        await pair.IsQuietAsync();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();
        pair.Link.Cut();
        await SyncPair.UpdateAsync(pair.Cloud, s_id, """{"reported":{"y":1}}""");
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":2}}""");
        pair.Link.Connect();

        await pair.BecomesAsync(pair.Edge, s_id, """{"reported":{"x":2,"y":1}}""");
        await pair.IsQuietAsync();

        Assert.That(pair.Sync.Stored(s_id)!.Rebases, Is.EqualTo(1));
        Assert.That(await pair.AreEqualAsync(s_id));
    }

    [Test]
    public async Task An_upstream_that_always_has_another_version_is_asked_ever_more_seldom_and_that_is_counted()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Intercept = message => Reject(pair, message, "update", 409, "Version conflict");
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        pair.Link.Connect();

        await Eventually.IsTrueAsync(() => pair.Sync.Stored(s_id) is { Rebases: >= 4 }, "two attempts to have failed");

        Assert.That(pair.Link.Requests, Is.LessThanOrEqualTo(4 * (pair.Sync.Stored(s_id)!.Rebases / 2 + 1)));
        pair.Link.Intercept = _ => false;
        await pair.BecomesAsync(pair.Cloud, s_id, """{"reported":{"x":1}}""");
    }

    [Test]
    public async Task A_refused_shadow_waits_and_the_others_go_on()
    {
        await using var pair = await SyncPair.StartAsync(pair => pair.Options.RetryMax = TimeSpan.FromHours(1));
        pair.Link.Intercept = message => message.Topic.Value.Contains("/big/", StringComparison.Ordinal) && Reject(pair, message, "update", 413, "The payload exceeds the maximum size allowed");
        await SyncPair.UpdateAsync(pair.Edge, Some.Id("big"), """{"reported":{"x":1}}""");
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        pair.Link.Connect();

        await pair.BecomesAsync(pair.Cloud, s_id, """{"reported":{"x":1}}""");
        await Eventually.IsTrueAsync(() => pair.Sync.Views().Single(view => view.Id == Some.Id("big")).State == SyncState.Refused, "the refusal");
        Assert.That(pair.Sync.Views().Single(view => view.Id == Some.Id("big")).Turn.Error, Is.EqualTo("The upstream answered 413 The payload exceeds the maximum size allowed"));

        pair.Link.Intercept = _ => false;
        await SyncPair.UpdateAsync(pair.Edge, Some.Id("big"), """{"reported":{"x":2}}""");
        await pair.BecomesAsync(pair.Cloud, Some.Id("big"), """{"reported":{"x":2}}"""); // a change is a reason to try again at once
    }

    [TestCase(429, "Too many requests")]
    [TestCase(500, "Internal service failure")]
    [TestCase(0, "")]
    public async Task An_upstream_in_trouble_gets_few_requests_and_all_is_synced_when_it_is_well_again(int code, string reason)
    {
        var clock = new ManualTimeProvider();
        await using var pair = await SyncPair.StartAsync(pair =>
        {
            pair.Clock = clock;
            pair.Options.RetryMax = TimeSpan.FromMinutes(5);
        });
        pair.Link.Intercept = message => Reject(pair, message, "", code, reason);
        for (var i = 0; i < 20; i++)
        {
            await SyncPair.UpdateAsync(pair.Edge, Some.Id($"vac-{i}"), """{"reported":{"x":1}}""");
        }

        pair.Link.Connect();
        for (var second = 0; second < 3600; second += 20)
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        await Eventually.IsTrueAsync(() => pair.Link.Requests >= 3, "some attempts");
        Assert.That(pair.Link.Requests, Is.LessThan(20 * 24)); // in an hour: the first minutes' attempts of each, then one in some minutes
        pair.Link.Intercept = _ => false;
        await Eventually.IsTrueAsync(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(20));
                for (var i = 0; i < 20; i++)
                {
                    if (!await pair.AreEqualAsync(Some.Id($"vac-{i}")))
                    {
                        return false;
                    }
                }

                return true;
            },
            "all shadows to be equal");
    }

    [Test]
    public async Task A_wildcard_that_is_refused_is_made_up_for_thing_by_thing()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Refuses = filter => filter.Value.Contains("things/+", StringComparison.Ordinal);
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        pair.Link.Connect();
        await pair.BecomesAsync(pair.Cloud, s_id, """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();

        await SyncPair.UpdateAsync(pair.Cloud, s_id, """{"desired":{"x":2}}""");

        await pair.BecomesAsync(pair.Edge, s_id, """{"desired":{"x":2},"reported":{"x":1}}""");
        Assert.That(pair.Link.Subscribed, Has.All.StartWith("$aws/things/vac-1/shadow/"));
    }

    [Test]
    public async Task Shadows_that_are_spelled_out_are_looked_for_and_others_are_left_alone()
    {
        await using var pair = await SyncPair.StartAsync(pair => pair.Options.Sync =
        [
            new ShadowSyncRule { Things = "vac-1", Shadows = ["classic", "config"] },
            new ShadowSyncRule { Things = "gate-*", Shadows = ["health-*"], Direction = SyncDirection.Up },
        ]);
        foreach (var id in new[] { s_id, Some.Id("vac-1", "config"), Some.Id("vac-1", "other"), Some.Id("gate-2", "health-a") })
        {
            await SyncPair.UpdateAsync(pair.Cloud, id, """{"desired":{"x":1}}""");
        }

        foreach (var id in new[] { Some.Id("gate-1"), Some.Id("gate-1", "health-a"), Some.Id("lamp") })
        {
            await SyncPair.UpdateAsync(pair.Edge, id, """{"reported":{"x":1}}""");
        }

        pair.Link.Connect();
        await pair.BecomesAsync(pair.Edge, s_id, """{"desired":{"x":1}}""");
        await pair.BecomesAsync(pair.Edge, Some.Id("vac-1", "config"), """{"desired":{"x":1}}""");
        await pair.BecomesAsync(pair.Cloud, Some.Id("gate-1", "health-a"), """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();

        Assert.That(await SyncPair.StateAsync(pair.Edge, Some.Id("vac-1", "other")), Is.Null);
        Assert.That(await SyncPair.StateAsync(pair.Edge, Some.Id("gate-2", "health-a")), Is.Null);
        Assert.That(await SyncPair.StateAsync(pair.Cloud, Some.Id("gate-1")), Is.Null);
        Assert.That(await SyncPair.StateAsync(pair.Cloud, Some.Id("lamp")), Is.Null);
    }

    [Test]
    public async Task Periodic_sync_waits_for_its_period()
    {
        var clock = new ManualTimeProvider();
        await using var pair = await SyncPair.StartAsync(pair =>
        {
            pair.Clock = clock;
            pair.Options.Strategy = SyncStrategy.Periodic;
        });
        pair.Link.Connect();
        await Eventually.IsTrueAsync(() => pair.Sync.ConnectionState == SyncConnectionState.Connected, "the connection");
        for (var n = 0; n < 20; n++)
        {
            await SyncPair.UpdateAsync(pair.Edge, s_id, $$$"""{"reported":{"x":{{{n}}}}}""");
        }

        clock.Advance(TimeSpan.FromSeconds(299));
        Assert.That(pair.Link.Requests, Is.Zero);
        clock.Advance(TimeSpan.FromSeconds(1));

        await pair.BecomesAsync(pair.Cloud, s_id, """{"reported":{"x":19}}""");
        Assert.That(pair.Link.Requests, Is.EqualTo(2)); // it was new: a get, and one update for twenty changes
    }

    [Test]
    public async Task Messages_of_the_upstream_that_make_no_sense_change_nothing()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 400)) + "1" + new string('}', 400);
        foreach (var body in new[] { "", "{", "[]", "null", "{\"current\":1}", "{\"current\":{\"state\":[],\"version\":1}}", "{\"current\":{\"state\":{},\"version\":1e99}}", "{\"clientToken\":\"\\ud800\"}", $"{{\"current\":{{\"state\":{{\"desired\":{deep}}},\"version\":7}}}}" })
        {
            foreach (var topic in new[] { "update/documents", "get/accepted", "get/rejected", "update/rejected", "delete/rejected" })
            {
                pair.Link.Deliver($"$aws/things/vac-1/shadow/{topic}", body);
            }
        }

        pair.Link.Deliver("$aws/things/vac-1/shadow/update/documents", """{"current":{"state":{"reported":{"x":9}},"metadata":{},"version":1}}"""); // old news
        pair.Link.Deliver("$aws/things/vac-1/shadow/delete/accepted", """{"version":1}"""); // not true, as a get will show
        await pair.IsQuietAsync();

        Assert.That(await SyncPair.StateAsync(pair.Edge, s_id), Is.EqualTo("""{"reported":{"x":1}}"""));
        Assert.That(await SyncPair.StateAsync(pair.Cloud, s_id), Is.EqualTo("""{"reported":{"x":1}}"""));
    }

    [Test]
    public async Task What_was_written_in_the_cloud_while_it_was_being_deleted_comes_back()
    {
        await using var pair = await SyncPair.StartAsync();
        pair.Link.Connect();
        await SyncPair.UpdateAsync(pair.Edge, s_id, """{"reported":{"x":1}}""");
        await pair.IsQuietAsync();
        pair.Link.Intercept = message =>
        {
            if (message.Topic.Value.EndsWith("/delete", StringComparison.Ordinal))
            {
                pair.Link.Intercept = _ => false;
                _ = pair.Cloud.Broker.Send("$aws/things/vac-1/shadow/update", """{"state":{"desired":{"y":1}}}"""); // just before the deletion
            }

            return false;
        };

        await SyncPair.DeleteAsync(pair.Edge, s_id);

        await pair.BecomesAsync(pair.Edge, s_id, """{"desired":{"y":1},"reported":{"x":1}}""");
        await pair.IsQuietAsync();
        Assert.That(await pair.AreEqualAsync(s_id));
    }

    /// <summary>Answers in the cloud's place; with code 0 nobody answers.</summary>
    private static bool Reject(SyncPair pair, MqttMessage message, string verb, int code, string reason)
    {
        if (!message.Topic.Value.EndsWith(verb, StringComparison.Ordinal))
        {
            return false;
        }

        if (code != 0)
        {
            var token = System.Text.Json.JsonDocument.Parse(message.Payload).RootElement.GetProperty("clientToken").GetString();
            pair.Link.Deliver($"{message.Topic.Value}/rejected", $$"""{"code":{{code}},"message":"{{reason}}","clientToken":"{{token}}"}""");
        }

        return true;
    }
}
