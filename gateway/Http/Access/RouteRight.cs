namespace Roost.Gateway.Http.Access;

/// <summary>One action that a request takes, on one resource, both as policies name them.</summary>
/// <param name="Resource">Where <paramref name="IsOfAll"/>: what the resources of all those begin with.</param>
/// <param name="IsOfAll">The request concerns whatever there is of a kind: one Deny of one of them is a Deny of all.</param>
internal readonly record struct RouteRight(string Action, string Resource, bool IsOfAll = false)
{
    public override string ToString() => IsOfAll ? $"{Action} on all of {Resource}*" : $"{Action} on {Resource}";
}
