using Roost.Identity.Certificates;
using Roost.Identity.Tests.Certificates;
using Roost.Identity.Things;

namespace Roost.Identity.Tests.Things;

public sealed class ThingRegistryTests
{
    private IdentityRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await IdentityRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    private ThingRegistry Registry => _rig.Get<ThingRegistry>();

    [Test]
    public async Task A_group_has_none_of_the_policies_that_were_attached_to_its_name_while_an_earlier_one_was_deleted()
    {
        await Registry.AddGroupAsync("site", null, "", ChangedBy.Local, default);
        await Registry.DeleteGroupAsync("site", ChangedBy.Local, default);
        await _rig.Get<IPolicyAttachments>().AttachAsync("admin", "group/site", ChangedBy.Local); // it had been asked for before, and came later

        await Registry.AddGroupAsync("site", null, "", ChangedBy.Local, default);
        await _rig.Things.PutAsync(new ThingChange("vac-1") { Groups = ["site"] }, ChangedBy.Local);

        var thing = new Principal { Kind = PrincipalKind.Certificate, Name = new string('a', 64), Thing = "vac-1" };
        Assert.That(_rig.Get<IPolicyAuthority>().RightsOf(thing, new ConnectionFacts("vac-1", null)).Allows("iot:Publish", "topic/anything"), Is.False);
    }

    [Test]
    public async Task What_was_said_of_a_thing_is_there_after_a_restart()
    {
        await Registry.AddTypeAsync("vacuum", "", ChangedBy.Local, default);
        await Registry.AddGroupAsync("site", null, "", ChangedBy.Local, default);
        await Registry.AddGroupAsync("hall", "site", "", ChangedBy.Local, default);
        await _rig.Things.PutAsync(new ThingChange("vac-1") { TypeName = "vacuum", Attributes = new Dictionary<string, string> { ["floor"] = "2" }, Groups = ["hall"] }, ChangedBy.Local);

        await _rig.RestartAsync();

        var thing = _rig.Get<IThingRegistry>().Find("vac-1")!;
        Assert.That(thing.TypeName, Is.EqualTo("vacuum"));
        Assert.That(thing.Attributes, Is.EquivalentTo(new Dictionary<string, string> { ["floor"] = "2" }));
        Assert.That(thing.Groups, Is.EqualTo(new[] { "hall", "site" }));
    }

    [TestCase("")]
    [TestCase("a b")]
    [TestCase("*")]
    [TestCase("#")]
    [TestCase("+")]
    [TestCase("a/b")]
    [TestCase("../a")]
    [TestCase("${iot:ClientId}")]
    [TestCase("väc")]
    [TestCase("a\n")]
    [TestCase("a\0")]
    public void A_name_that_could_be_taken_for_something_else_is_refused(string name) =>
        Assert.That(() => _rig.Things.PutAsync(new ThingChange(name), ChangedBy.Local), Throws.TypeOf<ChangeRefusedException>());

    [Test]
    public async Task A_name_of_128_characters_is_taken_and_one_of_129_is_not()
    {
        await _rig.Things.PutAsync(new ThingChange(new string('a', 128)), ChangedBy.Local);

        Assert.That(() => _rig.Things.PutAsync(new ThingChange(new string('a', 129)), ChangedBy.Local), Throws.TypeOf<ChangeRefusedException>());
    }

    [TestCase("a b", "1")]
    [TestCase("a", "has space")]
    [TestCase("a", "${x}")]
    [TestCase("a", "*")]
    [TestCase("", "1")]
    public void An_attribute_beyond_the_alphabet_is_refused(string name, string value) => Assert.That(
        () => _rig.Things.PutAsync(new ThingChange("vac-1") { Attributes = new Dictionary<string, string> { [name] = value } }, ChangedBy.Local), Throws.TypeOf<ChangeRefusedException>());

    [Test]
    public void A_change_that_is_refused_changes_nothing()
    {
        Assert.That(() => _rig.Things.PutAsync(new ThingChange("vac-1") { Groups = ["nowhere"] }, ChangedBy.Local), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains("nowhere"));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1"), Is.Null);
        Assert.That(_rig.Audit.Entries, Is.Empty);
    }

    [Test]
    public async Task Of_two_who_changed_the_same_version_one_learns_it()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);

        var results = await Task.WhenAll(Enumerable.Range(0, 2).Select(async number =>
        {
            try
            {
                await _rig.Things.PutAsync(new ThingChange("vac-1") { Attributes = new Dictionary<string, string> { ["n"] = $"{number}" }, ExpectedVersion = 1 }, ChangedBy.Local);
                return true;
            }
            catch (ChangeRefusedException refused)
            {
                Assert.That(refused.Fault, Is.EqualTo(ChangeFault.Conflict));
                return false;
            }
        }));

        Assert.That(results.Count(static isDone => isDone), Is.EqualTo(1));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1")!.Version, Is.EqualTo(2));
    }

    [Test]
    public async Task Many_changes_at_once_leave_memory_as_the_database_is()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(() =>
            _rig.Things.PutAsync(new ThingChange("vac-1") { Attributes = new Dictionary<string, string> { [$"a{number}"] = "1" } }, ChangedBy.Local))));
        var inMemory = _rig.Get<IThingRegistry>().Find("vac-1")!;

        await _rig.RestartAsync();

        var onDisk = _rig.Get<IThingRegistry>().Find("vac-1")!;
        Assert.That(inMemory.Attributes, Has.Count.EqualTo(40));
        Assert.That(onDisk.Attributes, Is.EquivalentTo(inMemory.Attributes));
        Assert.That(onDisk.Version, Is.EqualTo(inMemory.Version));
    }

    [Test]
    public async Task A_change_is_told_when_it_is_made_and_not_when_it_changes_nothing()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1") { Attributes = new Dictionary<string, string> { ["a"] = "1" } }, ChangedBy.Local);
        _rig.Told.Clear();

        await _rig.Things.PutAsync(new ThingChange("vac-1") { Attributes = new Dictionary<string, string> { ["a"] = "1" } }, ChangedBy.Local);
        Assert.That(_rig.Told, Is.Empty);

        await _rig.Things.PutAsync(new ThingChange("vac-1") { Attributes = new Dictionary<string, string> { ["a"] = "2" } }, ChangedBy.Local);
        Assert.That(_rig.Told, Is.EqualTo(new[] { new IdentityChange(IdentityChangeKind.RightsChanged, "thing/vac-1") }));
    }

    [Test]
    public async Task Groups_are_seven_deep_and_no_deeper()
    {
        string? parent = null;
        for (var depth = 1; depth <= 7; depth++)
        {
            parent = (await Registry.AddGroupAsync($"g{depth}", parent, "", ChangedBy.Local, default)).Name;
        }

        Assert.That(() => Registry.AddGroupAsync("g8", parent, "", ChangedBy.Local, default), Throws.TypeOf<ChangeRefusedException>());
    }

    [Test]
    public async Task A_group_that_goes_takes_its_things_out_and_its_rights_away()
    {
        await Registry.AddGroupAsync("hall", null, "", ChangedBy.Local, default);
        await _rig.Things.PutAsync(new ThingChange("vac-1") { Groups = ["hall"] }, ChangedBy.Local);
        await _rig.Get<IPolicyAttachments>().AttachAsync("admin", "group/hall", ChangedBy.Local);
        var principal = new Principal { Kind = PrincipalKind.Certificate, Name = new string('0', 64), Thing = "vac-1" };
        Assert.That(Allows(), Is.True);

        await Registry.DeleteGroupAsync("hall", ChangedBy.Local, default);
        Assert.That(Allows(), Is.False);

        await Registry.AddGroupAsync("hall", null, "", ChangedBy.Local, default);
        await _rig.Things.PutAsync(new ThingChange("vac-1") { Groups = ["hall"] }, ChangedBy.Local);
        Assert.That(Allows(), Is.False, "a group of the same name is not the same group");

        bool Allows() => _rig.Get<IPolicyAuthority>().RightsOf(principal, new ConnectionFacts("vac-1", null)).Allows("iot:Publish", "topic/x");
    }

    [Test]
    public async Task A_thing_that_goes_leaves_its_rights_to_nobody()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        await _rig.Get<IPolicyAttachments>().AttachAsync("admin", "thing/vac-1", ChangedBy.Local);
        await _rig.Things.DeleteAsync("vac-1", null, ChangedBy.Local);

        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);

        var principal = new Principal { Kind = PrincipalKind.Certificate, Name = new string('0', 64), Thing = "vac-1" };
        Assert.That(_rig.Get<IPolicyAuthority>().RightsOf(principal, new ConnectionFacts("vac-1", null)).Allows("iot:Publish", "topic/x"), Is.False);
    }

    [Test]
    public async Task A_group_with_groups_in_it_stays()
    {
        await Registry.AddGroupAsync("site", null, "", ChangedBy.Local, default);
        await Registry.AddGroupAsync("hall", "site", "", ChangedBy.Local, default);

        Assert.That(() => Registry.DeleteGroupAsync("site", ChangedBy.Local, default), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains("hall"));
    }

    [Test]
    public async Task A_thing_that_cannot_have_all_that_it_was_to_have_is_not_there()
    {
        var refusal = await Assert.ThrowsAsync<ChangeRefusedException>(() => _rig.Get<ThingOnboarding>().AddAsync(
            new ThingChange("vac-1"), new CertificateOrder { SigningRequest = "no request" }, ["thing-default"], ChangedBy.Local, default));

        Assert.That(refusal!.Message, Does.Contain("signing request"));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1"), Is.Null);
        await _rig.Get<ThingOnboarding>().AddAsync(new ThingChange("vac-1"), new CertificateOrder(), ["thing-default"], ChangedBy.Local, default);
        Assert.That(_rig.Certificates.Of("vac-1"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_certificate_cannot_become_another_things()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        await _rig.Things.PutAsync(new ThingChange("vac-2"), ChangedBy.Local);
        var issued = await _rig.Certificates.IssueAsync(new CertificateOrder { Thing = "vac-1" }, ChangedBy.Local);

        Assert.That(() => _rig.Certificates.AttachAsync(issued.Description.Fingerprint, "vac-2", ChangedBy.Local), Throws.TypeOf<ChangeRefusedException>());
    }

    [Test]
    public async Task No_private_key_is_kept_anywhere()
    {
        var issued = await _rig.Certificates.IssueAsync(new CertificateOrder(), ChangedBy.Local);
        await _rig.StopAsync();

        var secret = issued.PrivateKey!.Split('\n')[1];
        foreach (var file in Directory.EnumerateFiles(_rig.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.That(await File.ReadAllTextAsync(file), Does.Not.Contain(secret), file);
        }
    }
}
