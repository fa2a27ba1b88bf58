using System.Text;
using Roost.Identity.Certificates;
using Roost.Identity.Logins;

namespace Roost.Identity.Tests.Logins;

public sealed class TokenTests
{
    private LoginRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await LoginRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task A_token_is_taken_until_it_is_revoked()
    {
        var made = await CreateAsync();
        Assert.That((await CheckAsync(made.Text)).Principal?.Id, Is.EqualTo($"token/{made.Record.Id}"));

        await _rig.Get<Tokens>().RevokeAsync(made.Record.Id, ChangedBy.Local, CancellationToken.None);

        Assert.That((await CheckAsync(made.Text)).Fault, Is.EqualTo(CredentialFault.Unknown));
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, $"token/{made.Record.Id}")));
    }

    [Test]
    public async Task A_token_is_there_after_a_restart_and_a_revoked_one_is_not()
    {
        var (kept, revoked) = (await CreateAsync(), await CreateAsync());
        await _rig.Get<Tokens>().RevokeAsync(revoked.Record.Id, ChangedBy.Local, CancellationToken.None);
        await _rig.ReopenAsync();

        Assert.That((await CheckAsync(kept.Text)).Fault, Is.EqualTo(CredentialFault.None));
        Assert.That((await CheckAsync(revoked.Text)).Fault, Is.EqualTo(CredentialFault.Unknown));
    }

    [Test]
    public async Task It_holds_until_the_moment_of_its_end()
    {
        var made = await CreateAsync(TimeSpan.FromHours(1));

        _rig.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.That((await CheckAsync(made.Text)).Fault, Is.EqualTo(CredentialFault.None));

        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await CheckAsync(made.Text)).Fault, Is.EqualTo(CredentialFault.Expired));
    }

    [Test]
    public async Task Whoever_is_here_with_it_goes_when_it_ends()
    {
        var made = await CreateAsync(TimeSpan.FromDays(2));
        var ended = new IdentityChange(IdentityChangeKind.CredentialEnded, made.Record.PrincipalId);

        _rig.Time.Advance(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1));
        Assert.That(_rig.Told, Does.Not.Contain(ended));

        _rig.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_rig.Told, Does.Contain(ended));
    }

    [Test]
    public async Task A_clock_that_shows_the_past_does_not_bring_an_expired_one_back()
    {
        var made = await CreateAsync(TimeSpan.FromHours(1));
        _rig.Time.Advance(TimeSpan.FromHours(2));
        _rig.Time.SetUtcNow(new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.That((await CheckAsync(made.Text)).Fault, Is.EqualTo(CredentialFault.Expired));
    }

    [Test]
    public async Task Every_other_character_makes_it_another_one()
    {
        var made = await CreateAsync();
        for (var at = 0; at < made.Text.Length; at++)
        {
            var changed = made.Text[..at] + (made.Text[at] == 'a' ? 'b' : 'a') + made.Text[(at + 1)..];
            Assert.That((await CheckAsync(changed)).Principal, Is.Null, $"changed at {at}");
        }
    }

    [Test]
    public async Task A_piece_of_it_or_more_than_it_is_not_it()
    {
        var text = (await CreateAsync()).Text;
        foreach (var other in new[] { text[..^1], text + "a", text.ToUpperInvariant(), " " + text, text + " ", text + "\0", text[6..], "", "roost_", text.Replace('_', '-') })
        {
            Assert.That((await CheckAsync(other)).Fault, Is.EqualTo(CredentialFault.Malformed), other.Length.ToString());
            Assert.That(_rig.Get<ITokenChecks>().IsToken(other), Is.False);
        }
    }

    [Test]
    public async Task The_identifier_of_one_with_the_secret_of_another_is_none()
    {
        var (one, other) = ((await CreateAsync()).Text, (await CreateAsync()).Text);
        var mixed = one[..19] + other[19..];

        Assert.That((await CheckAsync(mixed)).Fault, Is.EqualTo(CredentialFault.WrongSecret));
    }

    [Test]
    public async Task Neither_the_folder_nor_a_list_nor_the_audit_has_the_secret()
    {
        var text = (await CreateAsync()).Text;
        await _rig.ReopenAsync();
        var secret = text[19..];

        foreach (var file in Directory.EnumerateFiles(_rig.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.That(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), Does.Not.Contain(secret), file);
        }

        Assert.That(_rig.Get<Tokens>().List()[0].ToString(), Does.Not.Contain(secret));
        Assert.That(_rig.Audit.Entries.Select(entry => entry.ToString()), Has.None.Contains(secret));
    }

    [Test]
    public async Task Its_last_use_is_written_down_once_an_hour()
    {
        var made = await CreateAsync();
        await CheckAsync(made.Text);
        var first = _rig.Get<Tokens>().Get(made.Record.Id).UsedAt;
        _rig.Time.Advance(TimeSpan.FromMinutes(59));
        await CheckAsync(made.Text);

        Assert.That(_rig.Get<Tokens>().Get(made.Record.Id).UsedAt, Is.EqualTo(first));
        await _rig.ReopenAsync();
        Assert.That(_rig.Get<Tokens>().Get(made.Record.Id).UsedAt, Is.EqualTo(first));

        _rig.Time.Advance(TimeSpan.FromHours(1));
        await CheckAsync(made.Text);
        Assert.That(_rig.Get<Tokens>().Get(made.Record.Id).UsedAt, Is.EqualTo(first + TimeSpan.FromHours(1)));
    }

    [Test]
    public async Task Policies_are_attached_to_it_and_go_with_it()
    {
        var made = await _rig.Get<Tokens>().CreateAsync("phone", null, null, ["app-default"], isApp: false, ChangedBy.Local, CancellationToken.None);
        Assert.That(_rig.Policies.Attached, Is.EqualTo(new[] { ("app-default", $"token/{made.Record.Id}") }));

        await _rig.Get<Tokens>().RevokeAsync(made.Record.Id, ChangedBy.Local, CancellationToken.None);
        Assert.That(_rig.Policies.Attached, Is.Empty);
    }

    [Test]
    public void A_policy_that_is_not_there_makes_no_token()
    {
        Assert.That(
            () => _rig.Get<Tokens>().CreateAsync("phone", null, null, ["app-default", "nonsense"], isApp: false, ChangedBy.Local, CancellationToken.None),
            Throws.TypeOf<ChangeRefusedException>().With.Property("Fault").EqualTo(ChangeFault.NotFound));
        Assert.That(_rig.Get<Tokens>().List(), Is.Empty);
    }

    private Task<NewToken> CreateAsync(TimeSpan? lasts = null) =>
        _rig.Get<Tokens>().CreateAsync("phone", _rig.Get<TrustedTime>().Now + lasts, null, [], isApp: false, ChangedBy.Local, CancellationToken.None);

    private async Task<CredentialCheck> CheckAsync(string token) => await _rig.Get<ITokenChecks>().CheckAsync(token, null, CancellationToken.None);
}
