namespace Roost.Gateway.Audit;

/// <summary>What a request is to the audit.</summary>
internal enum AuditedRequest
{
    /// <summary>It reads, or is what robots and apps do all day: messages, shadows, invocations, records.</summary>
    None,

    /// <summary>It changes nothing, and hands out all that the gateway keeps, its keys included.</summary>
    Disclosure,

    /// <summary>It changes the gateway.</summary>
    Change,

    /// <summary>It changes things, credentials or rights: the room of identity records that itself, with what it did.</summary>
    Identity,
}
