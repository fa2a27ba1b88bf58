using System.Text.Json;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda.Tests.Registry;

internal sealed class AsyncSettingsTests
{
    private static readonly FunctionRecord s_record = new()
    {
        Name = "f",
        Latest = new FunctionDefinition { Name = "f", Runtime = FunctionRuntime.TryParse("provided")!, Handler = "" },
        Async = new Dictionary<string, AsyncSettings>
        {
            ["$LATEST"] = new() { MaximumRetryAttempts = 1 },
            ["prod"] = new() { MaximumRetryAttempts = 0, MaximumEventAgeInSeconds = 60, OnFailure = "arn:aws:iot:local:000000000000:topic/failed" },
        },
    };

    [TestCase(null, 1)]
    [TestCase("$LATEST", 1)]
    [TestCase("prod", 0)]
    [TestCase("7", 1, Description = "none of its own: the function's")]
    public void A_qualifier_has_its_own_settings_or_the_functions(string? qualifier, int retries) =>
        Assert.That(s_record.AsyncOf(qualifier).RetriesOrDefault(), Is.EqualTo(retries));

    [Test]
    public void A_function_without_settings_has_two_retries_and_six_hours()
    {
        var settings = (s_record with { Async = new Dictionary<string, AsyncSettings>() }).AsyncOf(null);

        Assert.That((settings.RetriesOrDefault(), settings.MaximumAgeOrDefault()), Is.EqualTo((2, TimeSpan.FromHours(6))));
    }

    [Test]
    public void They_are_kept_with_the_function()
    {
        var kept = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(s_record, RegistryJson.FunctionRecord), RegistryJson.FunctionRecord)!;

        Assert.That(kept.Async, Is.EqualTo(s_record.Async));
    }
}
