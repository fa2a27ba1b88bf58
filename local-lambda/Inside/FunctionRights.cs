using Roost.LocalLambda.Definitions;
using Roost.Mqtt;

namespace Roost.LocalLambda.Inside;

/// <summary>What a function may do, compiled from its grants. Nothing is allowed that no grant names.</summary>
internal sealed class FunctionRights
{
    private readonly (TopicFilter Topics, bool Retain)[] _publish;
    private readonly (NamePattern Things, NamePattern[]? Names, IReadOnlyList<string> Allow)[] _shadows;
    private readonly (string Name, IReadOnlyList<string> Allow)[] _streams;
    private readonly string[] _functions;

    public FunctionRights(IReadOnlyList<Grant> grants)
    {
        _publish = [.. grants.Where(grant => grant.Publish is not null).Select(grant => (TopicFilter.Parse(grant.Publish!), grant.Retain == true))];
        _shadows = [.. grants.Where(grant => grant.Shadow is not null).Select(grant => (new NamePattern(grant.Shadow!), grant.Names?.Select(name => new NamePattern(name)).ToArray(), grant.Allow!))];
        _streams = [.. grants.Where(grant => grant.Stream is not null).Select(grant => (grant.Stream!, grant.Allow!))];
        _functions = [.. grants.Select(grant => grant.Invoke).OfType<string>()];
        Retained = [.. grants.Select(grant => grant.Retained).OfType<string>().Select(TopicFilter.Parse)];
    }

    /// <summary>Filters of topics whose retained messages may be read.</summary>
    public IReadOnlyList<TopicFilter> Retained { get; }

    public bool MayPublish(TopicName topic, bool retain) => Array.Exists(_publish, grant => (!retain || grant.Retain) && grant.Topics.Matches(topic));

    public bool MayReadRetained(TopicName topic) => Retained.Any(filter => filter.Matches(topic));

    /// <param name="name">Null for the classic shadow; not looked at for <c>list</c>, which tells names only.</param>
    public bool MayUseShadow(string thing, string? name, string action) => Array.Exists(
        _shadows,
        grant => grant.Allow.Contains(action) && grant.Things.Matches(thing) && (action == "list" || grant.Names is null || Array.Exists(grant.Names, pattern => pattern.Matches(name ?? "classic"))));

    public bool MayUseStream(string name, string action) => Array.Exists(_streams, grant => grant.Name == name && grant.Allow.Contains(action));

    public bool MayInvoke(string function) => _functions.Contains(function);
}
