using Roost.Identity.Policies.Documents;
using Roost.Identity.Policies.Matching;
using Roost.Mqtt;

namespace Roost.Identity.Policies.Access;

/// <summary>
/// The rights of one connection as the broker asks for them. A filter is compared with policies as a text: its <c>+</c> and <c>#</c> are met by the same
/// characters or by <c>*</c>, as AWS IoT has it. What comes through a granted filter is asked about once more: <c>iot:Receive</c> must allow it, and a topic that may not be
/// subscribed to by its own name does not come by a wider filter either.
/// </summary>
internal sealed class MqttRights : IClientPolicy
{
    private readonly ActionRights _publish;
    private readonly ActionRights _retain;
    private readonly ActionRights _subscribe;
    private readonly ActionRights _receive;

    public MqttRights(IReadOnlyList<BoundStatement> statements)
    {
        _publish = ActionRights.Of(statements, KnownActions.Publish, "topic/");
        _retain = ActionRights.Of(statements, KnownActions.RetainPublish, "topic/");
        _subscribe = ActionRights.Of(statements, KnownActions.Subscribe, "topicfilter/");
        var receive = ActionRights.Of(statements, KnownActions.Receive, "topic/");
        _receive = new ActionRights(receive.Allowed, PatternSet.Of(receive.Denied.Patterns.Concat(_subscribe.Denied.Patterns)));
    }

    public bool ChecksReceived => !_receive.IsUnbounded;

    public bool MayPublish(TopicName topic, bool retain) => _publish.Allows(topic.Value) && (!retain || _retain.Allows(topic.Value));

    /// <summary>A shared subscription is judged by all that it could bring, as nobody asks when it does: see <see cref="IClientPolicy.MayReceive"/>.</summary>
    public bool MaySubscribe(TopicFilter filter, string? shareName) => _subscribe.Allows(filter.Value) && (shareName is null || CoverageOf(filter).IsCovered);

    /// <summary>The same for a shared subscription, with what stands against it.</summary>
    public FilterCoverage CoverageOf(TopicFilter filter) => FilterCoverage.Of(filter, _receive);

    public bool MayReceive(TopicName topic) => _receive.Allows(topic.Value);
}
