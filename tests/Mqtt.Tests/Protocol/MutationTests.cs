using System.Globalization;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>A short run of the fuzzer; the long one is <c>dotnet run -c Release --project bench/Mqtt.Proofs -- codec</c>.</summary>
public sealed class MutationTests
{
    [Test]
    public void Mutated_packets_are_read_or_refused_without_an_exception_and_what_is_read_is_written_stably()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("ROOST_FUZZ_COUNT") ?? "300000", CultureInfo.InvariantCulture);
        using var fuzz = new CodecFuzz(seed: 20261121);

        fuzz.Run(count);

        TestContext.Out.WriteLine($"complete, need more, malformed: {string.Join(", ", fuzz.Outcomes)}");
        Assert.That(fuzz.Outcomes, Has.All.GreaterThan(count / 50), "each outcome is met often, or the mutations are too wild or too tame");
    }
}
