using Roost.LocalLambda.Destinations;

namespace Roost.LocalLambda.Tests.Destinations;

internal sealed class DestinationTests
{
    [TestCase("arn:aws:lambda:local:000000000000:function:alarm")]
    [TestCase("arn:aws:lambda:local:000000000000:function:alarm:prod")]
    [TestCase("arn:aws:kinesis:local:000000000000:stream/failures.2")]
    [TestCase("arn:aws:iot:local:000000000000:topic/robots/vac:01/failed")]
    public void An_arn_is_read_and_written_again(string arn)
    {
        Assert.That(Destination.TryParse(arn, out var destination), Is.True);
        Assert.That(destination!.ToString(), Is.EqualTo(arn));
    }

    [TestCase("arn:aws:lambda:eu-central-1:123456789012:function:alarm", "arn:aws:lambda:local:000000000000:function:alarm")]
    [TestCase("arn:aws:kinesis:eu-central-1:123456789012:stream/failures", "arn:aws:kinesis:local:000000000000:stream/failures")]
    public void Region_and_account_are_not_compared(string arn, string local)
    {
        Assert.That(Destination.TryParse(arn, out var destination), Is.True);
        Assert.That(destination!.ToString(), Is.EqualTo(local));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("alarm")]
    [TestCase("arn:aws:sqs:eu-central-1:123456789012:failures")]
    [TestCase("arn:aws:sns:eu-central-1:123456789012:failures")]
    [TestCase("arn:aws:lambda:local:000000000000:layer:alarm")]
    [TestCase("arn:aws:kinesis:local:000000000000:stream/")]
    [TestCase("arn:aws:kinesis:local:000000000000:stream/../../etc", Description = "a stream's name is a folder's name")]
    [TestCase("arn:aws:kinesis:local:000000000000:stream/$dead", Description = "the system's own")]
    [TestCase("arn:aws:iot:local:000000000000:topic/")]
    [TestCase("arn:aws:iot:local:000000000000:topic/robots/+/failed")]
    [TestCase("arn:aws:iot:local:000000000000:topic/$aws/things/vac-01/shadow/update")]
    public void Anything_else_is_no_destination(string? arn) => Assert.That(Destination.TryParse(arn, out _), Is.False);
}
