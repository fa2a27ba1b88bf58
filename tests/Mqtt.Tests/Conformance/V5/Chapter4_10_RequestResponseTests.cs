namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 4.10, which has no numbered statements of its own.</summary>
public sealed class Chapter4_10_RequestResponseTests : V5Fixture
{
    [Test]
    public async Task A_request_tells_where_and_under_what_mark_it_is_to_be_answered([Values(0, 1, 2)] int quality)
    {
        using var responder = await SubscribedAsync("responder", "request", quality);
        using var requester = await SubscribedAsync("requester", "reply/+", quality);
        await requester.SendAsync($"3{quality * 2} [ {{'request'}} {(quality == 0 ? "" : "00 01")} [ 08 {{'reply/7'}} 09 {{'mark' 00 FF}} ] 'question' ]");

        var request = await responder.ReadAcknowledgedAsync();
        Assert.That(request.Properties, Is.EqualTo(Wire.Hex(Wire.Bytes("08 {'reply/7'} 09 {'mark' 00 FF}"))));
        if (quality > 0)
        {
            await requester.ExpectAsync($"{(quality == 1 ? "40" : "50")} [ 00 01 ]");
        }

        await responder.SendAsync($"30 [ {{'reply/7'}} [ 09 {{'mark' 00 FF}} ] 'answer' ]");
        await requester.ExpectAsync("30 [ {'reply/7'} [ 09 {'mark' 00 FF} ] 'answer' ]");
    }
}
