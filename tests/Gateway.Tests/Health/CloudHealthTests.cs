using Roost.Gateway.Health;
using Roost.Streams;

namespace Roost.Gateway.Tests.Health;

internal sealed class CloudHealthTests
{
    private static readonly DateTimeOffset s_lost = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_cloud_that_is_away_is_no_fault_and_told_with_the_reason()
    {
        var health = Check(new UplinkStatus { State = UplinkState.Waiting, AwaySince = s_lost, LastError = "the name brokr.invalid cannot be looked up" });

        Assert.That((health.State, health.Reasons.Count), Is.EqualTo((RoomState.Up, 0)));
        Assert.That(health.Note, Is.EqualTo("away since 2026-11-21T10:00:00Z: the name brokr.invalid cannot be looked up"));
    }

    [TestCase(UplinkState.Off, "off")]
    [TestCase(UplinkState.Connected, null)]
    public void Of_a_cloud_that_is_not_wanted_it_says_that_it_is_off_and_of_one_that_is_there_nothing(UplinkState state, string? note) =>
        Assert.That(Check(new UplinkStatus { State = state, LastError = "an old one" }), Is.EqualTo(new RoomHealth("cloud", RoomState.Up) { Note = note }));

    [Test]
    public void Refused_credentials_hide_no_refused_subscription()
    {
        var health = Check(
            new UplinkStatus { State = UplinkState.Waiting, AwaySince = s_lost, LastError = "wrong password", NeedsOperator = true },
            Bridge("a") with { Fault = "it is broken" },
            Bridge("b") with { Refused = new Dictionary<string, string>(StringComparer.Ordinal) { ["x/#"] = "x/# is refused", ["y/#"] = "y/# is refused" } });

        Assert.That(health.State, Is.EqualTo(RoomState.Degraded));
        Assert.That(health.Reasons, Is.EqualTo(["wrong password", "Bridge a: it is broken", "Bridge b: x/# is refused", "Bridge b: y/# is refused"]));
        Assert.That(health.Note, Is.EqualTo("away since 2026-11-21T10:00:00Z"));
    }

    [Test]
    public void A_secret_that_is_not_there_is_told_once_also_before_anything_needs_it()
    {
        var use = new StreamSecretUse("password", "cloud.mqtt.password-secret", "cloud.mqtt.password-secret: secret 'password' is not there");
        var secrets = new FixedSecrets([use, use with { Secret = "kept", Fault = null }]);

        var idle = new CloudHealth(new FixedUplink(UplinkStatus.Off), new FixedBridge([]), secrets).Check();
        var tried = new CloudHealth(new FixedUplink(new UplinkStatus { State = UplinkState.Waiting, LastError = use.Fault, NeedsOperator = true }), new FixedBridge([]), secrets).Check();

        Assert.That((idle.State, tried.State), Is.EqualTo((RoomState.Degraded, RoomState.Degraded)));
        Assert.That((idle.Reasons, tried.Reasons), Is.EqualTo((new[] { use.Fault }, new[] { use.Fault })));
    }

    private static BridgeStatus Bridge(string name) => new() { Name = name, Direction = BridgeDirection.Out, Topics = [] };

    private static RoomHealth Check(UplinkStatus status, params BridgeStatus[] bridges) => new CloudHealth(new FixedUplink(status), new FixedBridge(bridges), new FixedSecrets([])).Check();

    private sealed record FixedUplink(UplinkStatus Status) : IUplink
    {
        public Task<IUplinkConnection> WaitForConnectionAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed record FixedSecrets(IReadOnlyList<StreamSecretUse> All) : IStreamSecretUses;

    private sealed record FixedBridge(IReadOnlyList<BridgeStatus> Bridges) : ICloudBridge
    {
        public IReadOnlyList<BridgeStatus> List() => Bridges;
    }
}
