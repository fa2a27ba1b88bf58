namespace Roost.Shadow.Documents;

/// <summary>
/// The rules of shadows as pure functions: the record as it stands, a request and the time go in; a new record and messages, or a
/// fault, come out. No clock, no disk, no log. Times are seconds since 1970, as everywhere in shadows.
/// </summary>
internal static class ShadowEngine
{
    /// <param name="current">Null when there never was such a shadow; may be a tombstone.</param>
    /// <param name="notFoundName">What the text of a 404 calls the shadow.</param>
    public static ShadowOutcome Get(ShadowRecord? current, ReadOnlySpan<byte> body, string notFoundName, long now)
    {
        var (token, fault) = RequestReader.ReadToken(body);
        if (fault is { } refused)
        {
            return ShadowOutcome.Refused(refused, null);
        }

        return current?.State is { } state
            ? ShadowOutcome.Unchanged(current, new ShadowMessages(MessageWriter.Got(state, current.Version, now, token)), token)
            : ShadowOutcome.Refused(ShadowError.NoShadow(notFoundName), token);
    }

    /// <param name="expectedVersion">The version that is to be deleted; null deletes any. The cloud's requests name none.</param>
    /// <inheritdoc cref="Get"/>
    public static ShadowOutcome Delete(ShadowRecord? current, ReadOnlySpan<byte> body, string notFoundName, long? expectedVersion, long now)
    {
        var (token, fault) = RequestReader.ReadToken(body);
        if (fault is { } refused)
        {
            return ShadowOutcome.Refused(refused, null);
        }

        if (current is not { IsTombstone: false })
        {
            return ShadowOutcome.Refused(ShadowError.NoShadow(notFoundName), token);
        }

        return expectedVersion is { } expected && expected != current.Version
            ? ShadowOutcome.Refused(ShadowError.VersionConflict, token)
            : ShadowOutcome.Changed(
                new ShadowRecord(current.Version, now, State: null),
                new ShadowMessages(MessageWriter.Deleted(current.Version, now, token)),
                token);
    }

    /// <param name="current">As in <see cref="Get"/>.</param>
    public static ShadowOutcome Update(ShadowRecord? current, ReadOnlySpan<byte> body, ShadowLimits limits, long now)
    {
        var (request, fault, token) = RequestReader.ReadUpdate(body, limits, now);
        if (request is null)
        {
            return ShadowOutcome.Refused(fault, token);
        }

        var last = current is null || current.IsExpired(now) ? 0 : current.Version;
        var exists = current is { IsTombstone: false };
        if (request.Version is { } expected && !VersionFits(expected, last, exists))
        {
            return ShadowOutcome.Refused(ShadowError.VersionConflict, token);
        }

        var before = exists ? current!.State : null;
        var after = request.StateIsNull ? ShadowState.Empty : new ShadowState(
            StateMerge.Section(before?.Desired, request.Desired),
            StateMerge.Section(before?.Reported, request.Reported));
        if (after.JsonBytes > limits.MaxDocumentBytes)
        {
            return ShadowOutcome.Refused(ShadowError.TooLarge, token);
        }

        var record = new ShadowRecord(last + 1, now, after);
        var messages = new ShadowMessages(
            MessageWriter.Updated(request, record.Version, now),
            after.Delta() is { } delta ? MessageWriter.Delta(delta, record.Version, now, token) : null,
            MessageWriter.Documents(exists ? current : null, record, now, token));
        return ShadowOutcome.Changed(record, messages, token);
    }

    // An existing shadow must have exactly the version named. For one that does not exist the contract is silent: 0 says "I expect
    // none", and the version about to be given is what the local component of the cloud's vendor asks for (docs/compatibility.md).
    private static bool VersionFits(long expected, long last, bool exists) =>
        exists ? expected == last : expected == 0 || expected == last + 1;
}
