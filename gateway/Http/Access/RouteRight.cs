namespace Roost.Gateway.Http.Access;

/// <summary>One action that a request takes, on one resource, both as policies name them.</summary>
internal readonly record struct RouteRight(string Action, string Resource);
