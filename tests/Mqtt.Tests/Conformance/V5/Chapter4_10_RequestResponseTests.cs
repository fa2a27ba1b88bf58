namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 4.10, which has no numbered statements of its own.</summary>
public sealed class Chapter4_10_RequestResponseTests : V5Fixture
{
    private protected override void Configure(MqttOptions options) => options.ResponseTopicPrefix = "replies";

    [Test]
    public async Task A_request_tells_where_and_under_what_mark_it_is_to_be_answered([Values(0, 1, 2)] int quality)
    {
        using var responder = await SubscribedAsync("responder", "request", quality);
        using var requester = await SubscribedAsync("requester", "reply/+", quality);
        await requester.SendAsync($"3{quality * 2} [ {{'request'}} {(quality == 0 ? "" : "00 01")} [ 08 {{'reply/7'}} 09 {{'mark' 00 FF}} ] 'question' ]");

        var request = await responder.ReadAcknowledgedAsync();
        Assert.That(request.Properties, Is.EqualTo(Wire.Hex("08 {'reply/7'} 09 {'mark' 00 FF}")));
        if (quality > 0)
        {
            await requester.ExpectAsync($"{(quality == 1 ? "40" : "50")} [ 00 01 ]");
        }

        await responder.SendAsync("30 [ {'reply/7'} [ 09 {'mark' 00 FF} ] 'answer' ]");
        await requester.ExpectAsync("30 [ {'reply/7'} [ 09 {'mark' 00 FF} ] 'answer' ]");
    }

    [Test]
    public async Task A_client_that_asks_is_told_a_topic_of_its_own_for_answers()
    {
        using var client = await ConnectAsync("robot-1", "19 01");
        Assert.That(Properties.Text(client.ConnAck!.ConnAckProperties, 0x1A), Is.EqualTo("replies/robot-1/"));
    }

    [Test]
    public async Task A_client_that_does_not_ask_is_told_nothing([Values("", "19 00")] string request)
    {
        using var client = await ConnectAsync("c", request);
        Assert.That(Properties.Identifiers(client.ConnAck!.ConnAckProperties), Does.Not.Contain(0x1A));
    }
}
