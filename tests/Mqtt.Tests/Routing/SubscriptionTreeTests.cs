using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Tests.Routing;

public sealed class SubscriptionTreeTests
{
    private static readonly Gen<string> s_level = Gen.Elements("", "a", "b", "$x", "ü");

    private static readonly Gen<string> s_topic = s_level.NonEmptyListOf().Select(levels => string.Join('/', levels.Take(4))).Where(topic => topic.Length > 0);

    private static readonly Gen<string> s_filter =
        from levels in Gen.OneOf(s_level, Gen.Constant("+")).NonEmptyListOf()
        from rest in Gen.Elements("", "/#", "#")
        let filter = rest == "#" ? "#" : string.Join('/', levels.Take(4)) + rest
        where filter.Length > 0
        select filter;

    [Test]
    public void A_topic_finds_exactly_the_subscriptions_whose_filter_matches() =>
        Prop.ForAll(s_filter.ListOf().ToArbitrary(), s_topic.ToArbitrary(), (filters, topic) =>
        {
            var tree = new SubscriptionTree();
            var subscriptions = filters.Select(filter => new Subscription(TopicFilter.Parse(filter))).ToList();
            subscriptions.ForEach(tree.Add);
            var found = new List<Subscription>();
            tree.Match(Encoding.UTF8.GetBytes(topic), found);
            var expected = subscriptions.Where(subscription => subscription.TopicFilter.Matches(TopicName.Parse(topic)));
            return new HashSet<Subscription>(expected).SetEquals(found) && found.Distinct().Count() == found.Count;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Removed_subscriptions_are_not_found_and_the_others_are() =>
        Prop.ForAll(s_filter.ListOf().ToArbitrary(), s_topic.ToArbitrary(), (filters, topic) =>
        {
            var tree = new SubscriptionTree();
            var subscriptions = filters.Select(filter => new Subscription(TopicFilter.Parse(filter))).ToList();
            subscriptions.ForEach(tree.Add);
            var kept = subscriptions.Where((_, i) => i % 2 == 0).ToList();
            subscriptions.Except(kept).ToList().ForEach(tree.Remove);
            var found = new List<Subscription>();
            tree.Match(Encoding.UTF8.GetBytes(topic), found);
            return tree.Count == kept.Count
                && new HashSet<Subscription>(kept.Where(subscription => subscription.TopicFilter.Matches(TopicName.Parse(topic)))).SetEquals(found);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Removing_a_subscription_twice_leaves_another_one_with_the_same_filter()
    {
        var tree = new SubscriptionTree();
        var gone = new Subscription(TopicFilter.Parse("a/b"));
        var other = new Subscription(TopicFilter.Parse("a/b"));
        tree.Add(gone);
        tree.Add(other);

        tree.Remove(gone);
        tree.Remove(gone);

        var found = new List<Subscription>();
        tree.Match("a/b"u8, found);
        Assert.That(found, Is.EqualTo(new[] { other }));
        Assert.That(tree.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_filter_finds_exactly_the_retained_messages_whose_topic_matches() =>
        Prop.ForAll(s_topic.ListOf().ToArbitrary(), s_filter.ToArbitrary(), (topics, filter) =>
        {
            var retained = new RetainedMessages();
            foreach (var topic in topics)
            {
                retained.Set(new StoredMessage(Encoding.UTF8.GetBytes(topic), properties: [], payload: [1]) { QualityOfService = QualityOfService.AtMostOnce, Retention = new Retention(default, IsStrangers: false) });
            }

            var found = new List<StoredMessage>();
            retained.Match(Encoding.UTF8.GetBytes(filter), found);
            var names = found.Select(message => Encoding.UTF8.GetString(message.Topic)).Order().ToList();
            return names.SequenceEqual(topics.Distinct().Where(topic => TopicFilter.Parse(filter).Matches(TopicName.Parse(topic))).Order());
        }).QuickCheckThrowOnFailure();
}
