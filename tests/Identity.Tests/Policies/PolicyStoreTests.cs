using Roost.Identity.Policies;

namespace Roost.Identity.Tests.Policies;

public sealed class PolicyStoreTests
{
    private static readonly string _publish = SomePolicy.Of(SomePolicy.Allow("iot:Publish", "arn:aws:iot:*:*:topic/a"));

    private PolicyHouse _house = null!;

    [SetUp]
    public async Task OpenAsync() => _house = await PolicyHouse.OpenAsync();

    [TearDown]
    public async Task CloseAsync() => await _house.DisposeAsync();

    [Test]
    public async Task What_was_changed_is_there_after_a_restart()
    {
        await PutAsync("mine");
        await PutAsync("mine");
        await _house.Store.AttachAsync("mine", "user/ann", ChangedBy.Local);
        await _house.Store.AttachAsync("admin", "group/ops", ChangedBy.Local);
        await _house.Store.AttachAsync("admin", "user/ann", ChangedBy.Local);
        await _house.Store.DetachAsync("admin", "user/ann", ChangedBy.Local);
        await PutAsync("other");
        await _house.Store.DeleteAsync("other", ChangedBy.Local);

        await _house.ReopenAsync();

        Assert.That(_house.Store.Current.Policies["mine"].Version, Is.EqualTo(2));
        Assert.That(_house.Store.Current.Policies["mine"].Text, Is.EqualTo(_publish));
        Assert.That(_house.Store.Exists("other"), Is.False);
        Assert.That(_house.Store.Current.Of("user/ann"), Is.EqualTo(new[] { "mine" }));
        Assert.That(_house.Store.Current.TargetsOf("admin"), Is.EqualTo(new[] { "group/ops" }));
    }

    [Test]
    public async Task A_change_is_audited_and_told_before_it_is_answered()
    {
        await PutAsync("mine");
        await _house.Store.AttachAsync("mine", "thing/vac-1", new ChangedBy("user/root", "10.0.0.9:50000"));
        await _house.Store.AttachAsync("mine", "group/ops", ChangedBy.Local);

        Assert.That(_house.Audit.Entries.Select(entry => (entry.Action, entry.Principal, entry.Resource)), Is.EqualTo(new[]
        {
            ("policy.create", "local", "mine"), ("policy.attach", "user/root", "mine to thing/vac-1"), ("policy.attach", "local", "mine to group/ops"),
        }));
        Assert.That(_house.Told.Select(change => change.Subject), Is.EqualTo(new[] { null, "thing/vac-1", null }), "any thing may be in a group");
    }

    [Test]
    public async Task Attaching_twice_changes_nothing_the_second_time()
    {
        await _house.Store.AttachAsync("admin", "user/ann", ChangedBy.Local);
        await _house.Store.AttachAsync("admin", "user/ann", ChangedBy.Local);

        Assert.That(_house.Told, Has.Count.EqualTo(1));
        Assert.That(_house.Audit.Entries, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_policy_that_is_attached_stays()
    {
        await PutAsync("mine");
        await _house.Store.AttachAsync("mine", "user/ann", ChangedBy.Local);

        Assert.That(() => _house.Store.DeleteAsync("mine", ChangedBy.Local), Refused(ChangeFault.Conflict, "attached to user/ann"));

        await _house.Store.DetachAsync("mine", "user/ann", ChangedBy.Local);
        await _house.Store.DeleteAsync("mine", ChangedBy.Local);
        Assert.That(_house.Store.Exists("mine"), Is.False);
    }

    [TestCase("thing-default")]
    [TestCase("app-default")]
    [TestCase("admin")]
    [TestCase("claim-default")]
    public void A_built_in_policy_cannot_be_changed_or_deleted(string name)
    {
        Assert.That(() => PutAsync(name), Refused(ChangeFault.Conflict, "built in"));
        Assert.That(() => _house.Store.DeleteAsync(name, ChangedBy.Local), Refused(ChangeFault.Conflict, "built in"));
    }

    [TestCase("")]
    [TestCase("a/b")]
    [TestCase("../admin")]
    [TestCase("a b")]
    [TestCase("pölicy")]
    [TestCase("admin\n")]
    public void A_name_that_no_policy_can_have_is_refused(string name) => Assert.That(() => PutAsync(name), Refused(ChangeFault.Invalid, "no name"));

    [TestCase("vac-1")]
    [TestCase("thing/")]
    [TestCase("Thing/vac-1")]
    [TestCase("robot/vac-1")]
    [TestCase("user/\uFFFF")]
    public void A_target_of_no_kind_is_refused(string target) =>
        Assert.That(() => _house.Store.AttachAsync("admin", target, ChangedBy.Local), Refused(ChangeFault.Invalid, "nothing that a policy can be attached to"));

    [Test]
    public void What_is_not_there_cannot_be_attached_or_detached()
    {
        Assert.That(() => _house.Store.AttachAsync("nope", "user/ann", ChangedBy.Local), Refused(ChangeFault.NotFound, "no policy nope"));
        Assert.That(() => _house.Store.DetachAsync("admin", "user/ann", ChangedBy.Local), Refused(ChangeFault.NotFound, "not attached"));
        Assert.That(_house.Told, Is.Empty);
    }

    [Test]
    public async Task A_target_has_at_most_ten_policies()
    {
        for (var i = 0; i < 10; i++)
        {
            await PutAsync($"p{i}");
            await _house.Store.AttachAsync($"p{i}", "user/ann", ChangedBy.Local);
        }

        Assert.That(() => _house.Store.AttachAsync("admin", "user/ann", ChangedBy.Local), Refused(ChangeFault.LimitExceeded, "10 policies"));
    }

    [Test]
    public async Task Who_gets_the_name_of_one_who_is_gone_has_nothing_of_his_rights()
    {
        await _house.Store.AttachAsync("admin", "user/ann", ChangedBy.Local);
        await _house.Store.DetachAllAsync("user/ann", ChangedBy.Local);
        await _house.ReopenAsync();

        Assert.That(_house.RightsOf(SomePolicy.User("ann")).Allows("roost:Read", "api/v1/status"), Is.False);
    }

    [Test]
    public async Task A_policy_that_cannot_be_read_refuses_the_start()
    {
        await _house.WriteAsync("INSERT INTO policy VALUES ('broken', '{}', 1, 0)");

        Assert.That(_house.ReopenAsync, Throws.TypeOf<IdentityDamagedException>().With.Message.Contains("broken"));
        await _house.WriteAsync("DELETE FROM policy");
    }

    [Test]
    public async Task An_attachment_whose_policy_is_lost_refuses_the_start()
    {
        await _house.WriteAsync("INSERT INTO policy_attachment VALUES ('user/ann', 'lost')");

        Assert.That(_house.ReopenAsync, Throws.TypeOf<IdentityDamagedException>().With.Message.Contains("lost"));
        await _house.WriteAsync("DELETE FROM policy_attachment");
    }

    [Test]
    public async Task A_credential_whose_thing_is_gone_has_no_rights()
    {
        var orphan = SomePolicy.CertificateOf("gone");
        await _house.Store.AttachAsync("admin", orphan.Id, ChangedBy.Local);

        Assert.That(_house.RightsOf(orphan, "gone").Allows("iot:Connect", "client/gone"), Is.False);
    }

    [Test]
    public async Task A_thing_has_the_policies_of_its_credential_its_own_and_those_of_its_groups()
    {
        _house.With(new ThingDescription { Name = "vac-1", Groups = ["cleaners"] });
        await _house.Store.AttachAsync("claim-default", SomePolicy.CertificateOf("vac-1").Id, ChangedBy.Local);
        await _house.Store.AttachAsync("thing-default", "thing/vac-1", ChangedBy.Local);
        await _house.Store.AttachAsync("app-default", "group/cleaners", ChangedBy.Local);
        await _house.Store.AttachAsync("admin", "group/mops", ChangedBy.Local);
        var rights = _house.RightsOf(SomePolicy.CertificateOf("vac-1"), "vac-1");

        Assert.That(rights.Allows("iot:Publish", "topic/$aws/certificates/create/json"), Is.True);
        Assert.That(rights.Allows("iot:Publish", "topic/robots/vac-1/x"), Is.True);
        Assert.That(rights.Allows("lambda:InvokeFunction", "function:echo"), Is.True);
        Assert.That(rights.Allows("roost:Write", "api/v1/policies"), Is.False);
        Assert.That(_house.RightsOf(SomePolicy.CertificateOf("vac-1", 'b'), "vac-1").Allows("iot:Publish", "topic/$aws/certificates/create/json"), Is.False, "another credential of the same thing");
    }

    /// <summary>What a live connection has changes with what is told: whoever listens and compiles anew sees the change before it is answered.</summary>
    [Test]
    public async Task A_change_is_in_force_when_it_is_told()
    {
        var seen = new List<bool>();
        _house.Listen(() => seen.Add(_house.RightsOf(SomePolicy.User("ann")).Allows("iot:Publish", "topic/a")));

        await PutAsync("mine");
        await _house.Store.AttachAsync("mine", "user/ann", ChangedBy.Local);
        await _house.Store.PutAsync("mine", SomePolicy.Of(SomePolicy.Deny("*", "*")), mustBeNew: false, mustExist: true, ChangedBy.Local);
        await PutAsync("mine");
        await _house.Store.DetachAsync("mine", "user/ann", ChangedBy.Local);

        Assert.That(seen, Is.EqualTo(new[] { false, true, false, true, false }));
    }

    private Task PutAsync(string name) => _house.Store.PutAsync(name, _publish, mustBeNew: false, mustExist: false, ChangedBy.Local);

    private static NUnit.Framework.Constraints.Constraint Refused(ChangeFault fault, string part) =>
        Throws.TypeOf<ChangeRefusedException>().With.Property("Fault").EqualTo(fault).And.Message.Contains(part);
}
