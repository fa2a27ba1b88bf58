namespace Roost.LocalLambda.Tests;

internal sealed class FunctionOptionsValidatorTests
{
    [Test]
    public void The_defaults_are_sound() => Assert.That(new FunctionOptionsValidator().Validate(null, new FunctionOptions()).Succeeded, Is.True);

    [Test]
    public void Every_fault_is_told_at_once_with_key_value_and_remedy()
    {
        var result = new FunctionOptionsValidator().Validate(null, new FunctionOptions
        {
            Folder = "",
            DataFolder = "",
            Isolation = (IsolationMode)9,
            InitTimeout = TimeSpan.Zero,
            DrainTimeout = TimeSpan.FromSeconds(-1),
            MaxProcesses = 15,
            LogRetentionBytes = 0,
            LogRateBytes = 0,
            QueueBytes = 0,
            DeadLetterBytes = -1,
        });

        Assert.That(result.Failures, Is.EqualTo(
        [
            "Functions:Folder is ''; name a folder.",
            "Functions:DataFolder is ''; name a folder.",
            "Functions:Isolation is '9'; use required or none.",
            "Functions:InitTimeout is '00:00:00'; use 1 s to 15 min.",
            "Functions:DrainTimeout is '-00:00:01'; use 0 s to 15 min.",
            "Functions:MaxProcesses is '15'; use 16 to 4096.",
            "Functions:LogRetentionBytes is '0'; use at least 64 KiB.",
            "Functions:LogRateBytes is '0'; use at least 1 KiB.",
            "Functions:QueueBytes is '0'; use at least 4 MiB.",
            "Functions:DeadLetterBytes is '-1'; use at least 4 MiB.",
        ]));
    }
}
