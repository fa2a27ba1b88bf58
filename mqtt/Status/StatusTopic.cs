using System.Text;

namespace Roost.Mqtt.Status;

/// <summary>One topic below <c>$SYS/broker</c> and its value of the last interval.</summary>
internal sealed class StatusTopic(string topic, Func<string> read)
{
    private string? _value;

    public TopicName Name { get; } = TopicName.Parse(topic);

    public byte[] Topic { get; } = Encoding.UTF8.GetBytes(topic);

    public byte[] Payload { get; private set; } = [];

    /// <returns>False: the value is the same as before.</returns>
    public bool Refresh()
    {
        var value = read();
        if (value == _value)
        {
            return false;
        }

        _value = value;
        Payload = Encoding.UTF8.GetBytes(value);
        return true;
    }
}
