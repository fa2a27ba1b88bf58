using Roost.Shadow.Documents;

namespace Roost.Shadow.Requests;

/// <summary>A request on its way. After it is queued only the loop touches it; <see cref="Answer"/> ends it.</summary>
/// <param name="body">Not to be changed by the caller any more.</param>
/// <param name="viaMqtt">The answer is published as well as returned: over REST only what an update or delete changed is announced.</param>
/// <param name="expectedVersion">For a delete: the version that is to be deleted, else 409. Null deletes any.</param>
internal sealed class ShadowRequest(
    ShadowId id, ShadowOperation operation, ReadOnlyMemory<byte> body, bool viaMqtt, ShadowOrigin origin = default, long? expectedVersion = null)
{
    private const int FlatBytes = 512;

    // MQTT's continuation only hands the acknowledgement to the broker and may run on the loop; REST's writes a response and may not.
    private readonly TaskCompletionSource<ShadowAnswer> _answer =
        new(viaMqtt ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    public ShadowId Id { get; } = id;

    public ShadowOperation Operation { get; } = operation;

    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary>What it counts for while it waits.</summary>
    public int Bytes => BytesOf(Body.Length);

    public bool ViaMqtt { get; } = viaMqtt;

    public ShadowOrigin Origin { get; } = origin;

    public long? ExpectedVersion { get; } = expectedVersion;

    /// <summary>Null for a request that is to be done whatever the shadow is.</summary>
    public ShadowPrecondition? Precondition { get; init; }

    /// <summary>What a 404 calls the shadow: over MQTT its own name, over REST with the thing's, as the cloud does.</summary>
    public string NotFoundName => ViaMqtt && !Id.IsClassic ? Id.Name : Id.ToString();

    public static int BytesOf(int bodyLength) => FlatBytes + bodyLength;

    public ShadowOutcome Outcome { get; set; }

    public Task<ShadowAnswer> Answer => _answer.Task;

    public void Complete(ShadowAnswer answer) => _answer.TrySetResult(answer);
}
