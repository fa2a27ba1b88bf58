using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Roost.Identity.Logins;

namespace Roost.Identity.Tests.Logins;

public sealed partial class PairingTests
{
    private static readonly IPAddress s_app = IPAddress.Parse("192.0.2.7");

    private LoginRig _rig = null!;

    private Pairings Pairings => _rig.Get<Pairings>();

    [SetUp]
    public async Task StartAsync() => _rig = await LoginRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task A_code_has_forty_bits_in_characters_that_do_not_look_alike()
    {
        var (_, code) = await BeginAsync();

        Assert.That(Code().IsMatch(code), Is.True, code.Length.ToString());
    }

    [Test]
    public async Task Who_knows_the_code_and_sees_our_certificate_is_paired_once()
    {
        var (pairing, code) = await BeginAsync();
        var (nonce, proof) = Show(code, _rig.Tls.Fingerprint);

        Assert.That(Pairings.TryTake(nonce, proof, s_app)?.Id, Is.EqualTo(pairing.Id));
        Assert.That(Pairings.TryTake(nonce, proof, s_app), Is.Null, "a second time");
        Assert.That(Pairings.List(), Is.Empty);
    }

    [Test]
    public async Task A_proof_made_over_another_certificate_is_not_taken()
    {
        var (_, code) = await BeginAsync();
        var (nonce, proof) = Show(code, SHA256.HashData("the certificate of who stands between"u8));

        Assert.That(Pairings.TryTake(nonce, proof, s_app), Is.Null);
    }

    [Test]
    public async Task A_proof_is_good_for_its_own_nonce_alone()
    {
        var (_, code) = await BeginAsync();
        var (_, proof) = Show(code, _rig.Tls.Fingerprint);

        Assert.That(Pairings.TryTake(RandomNumberGenerator.GetBytes(PairingProof.NonceBytes), proof, s_app), Is.Null);
    }

    [Test]
    public async Task Of_two_who_redeem_at_once_one_gets_it()
    {
        for (var round = 0; round < 5; round++)
        {
            var (_, code) = await BeginAsync();
            var (nonce, proof) = Show(code, _rig.Tls.Fingerprint);
            using var start = new Barrier(2);

            var taken = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return Pairings.TryTake(nonce, proof, s_app);
                },
                TaskCreationOptions.LongRunning)));

            Assert.That(taken.Count(one => one is not null), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task After_five_wrong_tries_the_right_one_of_the_same_address_comes_too_late_and_that_of_another_does_not()
    {
        var (_, code) = await BeginAsync();
        Guess(s_app, Pairings.MostTriesOfOne);

        var (nonce, proof) = Show(code, _rig.Tls.Fingerprint);
        Assert.That(Pairings.TryTake(nonce, proof, s_app), Is.Null);
        Assert.That(Pairings.TryTake(nonce, proof, IPAddress.Parse("192.0.2.8")), Is.Not.Null);
    }

    [Test]
    public async Task A_machine_with_a_hundred_addresses_keeps_nobody_from_pairing()
    {
        var (_, code) = await BeginAsync();
        for (var address = 0; address < 100; address++)
        {
            Guess(new IPAddress([10, 0, 0, (byte)address]), 50);
        }

        var (nonce, proof) = Show(code, _rig.Tls.Fingerprint);
        Assert.That(Pairings.TryTake(nonce, proof, s_app), Is.Not.Null);
    }

    [Test]
    public async Task Ten_thousand_wrong_tries_from_wherever_end_it()
    {
        await BeginAsync();
        for (var address = 0; Pairings.List().Count > 0; address++)
        {
            Assert.That(address * Pairings.MostTriesOfOne, Is.LessThanOrEqualTo(Pairings.MostTries));
            Guess(new IPAddress([10, 0, (byte)(address / 256), (byte)address]), Pairings.MostTriesOfOne);
        }
    }

    [Test]
    public async Task That_a_pairing_was_called_off_is_in_the_audit()
    {
        var (pairing, code) = await BeginAsync();

        await Pairings.CancelAsync(pairing.Id, ChangedBy.Local);

        Assert.That(_rig.Audit.Entries.Last(), Is.EqualTo(ChangedBy.Local.Entry("app.cancel", $"pairing/{pairing.Id}")));
        var (nonce, proof) = Show(code, _rig.Tls.Fingerprint);
        Assert.That(Pairings.TryTake(nonce, proof, s_app), Is.Null);
        Assert.That(() => Pairings.CancelAsync(pairing.Id, ChangedBy.Local), Throws.TypeOf<ChangeRefusedException>());
    }

    private void Guess(IPAddress source, int tries)
    {
        for (var number = 0; number < tries; number++)
        {
            Pairings.TryTake(RandomNumberGenerator.GetBytes(PairingProof.NonceBytes), RandomNumberGenerator.GetBytes(PairingProof.NonceBytes), source);
        }
    }

    [Test]
    public async Task After_five_minutes_it_is_over_whatever_the_clock_is_set_to()
    {
        var (_, code) = await BeginAsync();
        var (nonce, proof) = Show(code, _rig.Tls.Fingerprint);
        _rig.Time.Advance(Pairings.Lifetime);
        _rig.Time.SetUtcNow(_rig.Time.GetUtcNow().AddDays(-1));

        Assert.That(Pairings.TryTake(nonce, proof, s_app), Is.Null);
    }

    [Test]
    public async Task Not_more_than_eight_are_awaited()
    {
        for (var count = 0; count < 8; count++)
        {
            await BeginAsync();
        }

        Assert.That(BeginAsync, Throws.TypeOf<ChangeRefusedException>().With.Property("Fault").EqualTo(ChangeFault.LimitExceeded));
    }

    [Test]
    public async Task The_token_of_an_app_has_the_policy_that_it_was_paired_with()
    {
        var (pairing, _) = await BeginAsync();
        var made = await Pairings.CreateTokenAsync(pairing, ChangedBy.Local, CancellationToken.None);

        Assert.That(_rig.Policies.Attached, Is.EqualTo(new[] { ("app-default", made.Record.PrincipalId) }));
        Assert.That((await _rig.Get<ITokenChecks>().CheckAsync(made.Text, null, CancellationToken.None)).Fault, Is.EqualTo(CredentialFault.None));
        Assert.That(made.Record.IsApp, Is.True);
    }

    [Test]
    public void An_answer_with_another_token_or_another_CA_has_another_proof()
    {
        var (key, nonce, authority) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        var proof = PairingProof.OfGateway(key, nonce, "token", authority);

        Assert.That(PairingProof.OfGateway(key, nonce, "other", authority), Is.Not.EqualTo(proof));
        Assert.That(PairingProof.OfGateway(key, nonce, "token", RandomNumberGenerator.GetBytes(32)), Is.Not.EqualTo(proof));
        Assert.That(PairingProof.OfGateway(key, RandomNumberGenerator.GetBytes(32), "token", authority), Is.Not.EqualTo(proof));
    }

    private static (byte[] Nonce, byte[] Proof) Show(string code, byte[] certificate)
    {
        var nonce = RandomNumberGenerator.GetBytes(PairingProof.NonceBytes);
        return (nonce, PairingProof.OfApp(PairingProof.KeyOf(code, certificate, iterations: 10), nonce));
    }

    private Task<(Pairing Pairing, string Code)> BeginAsync() => Pairings.BeginAsync("phone", ["app-default"], TimeSpan.FromDays(90), ChangedBy.Local);

    [GeneratedRegex("^[2-9A-HJ-NP-Z]{8}$", RegexOptions.None, 1000)]
    private static partial Regex Code();
}
