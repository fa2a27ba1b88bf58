namespace Roost.Shadow.Tests;

internal sealed class ShadowOptionsValidatorTests
{
    [Test]
    public void Defaults_are_valid() => Assert.That(new ShadowOptionsValidator().Validate(null, new ShadowOptions()).Succeeded);

    [Test]
    public void All_faults_are_reported_at_once_with_key_value_and_remedy()
    {
        var options = new ShadowOptions { Folder = " ", MaxDocumentBytes = 1, MaxDepth = 65, MaxNamed = -1, MaxInflight = -1, RatePerThing = 1_000_001, MaxWatchers = -1, Durability = (Storage.Durability)9, Gather = TimeSpan.FromSeconds(2) };

        Assert.That(new ShadowOptionsValidator().Validate(null, options).Failures, Is.EqualTo(new[]
        {
            "Shadows:Folder is empty; name a folder on a disk.",
            "Shadows:MaxDocumentBytes is 1; use 64 to 65536.",
            "Shadows:MaxNamed is -1; use 0 to 10000.",
            "Shadows:MaxDepth is 65; use 1 to 64.",
            "Shadows:MaxInflight is -1; use 1 to 1000000, or 0 for no limit.",
            "Shadows:RatePerThing is 1000001; use 1 to 1000000 requests a second, or 0 for no limit.",
            "Shadows:MaxWatchers is -1; use 0 to 100000.",
            "Shadows:Durability is 9; use power-loss, crash or memory.",
            "Shadows:Gather is 2s; use 0 to 1s.",
        }));
    }
}
