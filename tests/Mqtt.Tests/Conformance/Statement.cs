namespace Roost.Mqtt.Tests.Conformance;

/// <summary>One normative statement of a version of MQTT.</summary>
/// <param name="Chapter">Number and title, as in "3.1 CONNECT".</param>
/// <param name="Binds">server, client or both.</param>
/// <param name="Paraphrase">What it asks, in our own words.</param>
/// <param name="Status">"tested", or the reason why it is not.</param>
internal sealed record Statement(string Chapter, string Identifier, string Binds, string Paraphrase, string Status)
{
    public const string Tested = "tested";

    public bool IsTested => Status == Tested;
}
