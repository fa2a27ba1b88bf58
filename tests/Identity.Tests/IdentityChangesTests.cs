namespace Roost.Identity.Tests;

public sealed class IdentityChangesTests
{
    [Test]
    public void A_listener_that_throws_keeps_the_change_from_no_other()
    {
        var changes = new IdentityChanges();
        var heard = new List<IdentityChange>();
        changes.Subscribe(_ => throw new InvalidOperationException("the first"));
        changes.Subscribe(change =>
        {
            heard.Add(change);
            return Task.CompletedTask;
        });

        Assert.That(() => changes.TellAsync(IdentityChangeKind.CredentialEnded, "token/x"), Throws.InvalidOperationException);
        Assert.That(heard, Is.EqualTo(new[] { new IdentityChange(IdentityChangeKind.CredentialEnded, "token/x") }));
    }
}
