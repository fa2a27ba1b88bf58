namespace Roost.Streams.Export.Targets;

/// <summary>What became of a batch, by what helps.</summary>
internal enum DeliveryOutcome
{
    /// <summary>The target has it, as durably as it ever will.</summary>
    Accepted,

    /// <summary>Nobody answered, or not to the end: it may have arrived. It is sent again, with growing waits, until it is accepted.</summary>
    Unreachable,

    /// <summary>The target is short of something. It is sent again, with growing waits or after what the target asks for, until it is accepted.</summary>
    Busy,

    /// <summary>An operator has to correct something that is not the batch's doing: credentials, rights, an address. It is sent again, with growing waits, until it is accepted.</summary>
    Denied,

    /// <summary>The same batch will never be taken: too large, invalid. It is divided, down to the record whose fault it is, which goes to <c>$dead</c>.</summary>
    Refused,
}
