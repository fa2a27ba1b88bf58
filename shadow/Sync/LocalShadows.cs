using System.Text.Json;
using Roost.Shadow.Documents;
using Roost.Shadow.Journal;

namespace Roost.Shadow.Sync;

/// <summary>The shadows here, as the sync sees and changes them: by the same requests as everyone's, announced to devices like any other change.</summary>
internal sealed class LocalShadows : IShadowObserver
{
    private const string Token = "roost-sync"; // tells devices whose change it is
    private const int PageOfThings = 500;

    private static readonly ShadowOrigin s_origin = new("sync", null);

    private readonly ShadowService _service;

    /// <param name="service">Not started yet.</param>
    public LocalShadows(ShadowService service)
    {
        _service = service;
        service.Observe(this);
    }

    /// <summary>Told of each change after its commit, whoever made it, and whether the shadow was deleted. Must return at once.</summary>
    public Action<ShadowId, bool>? OnChanged { get; set; }

    /// <summary>All shadows that are not deleted, with their versions; read page by page.</summary>
    public IEnumerable<(ShadowId Id, long Version)> List()
    {
        for (var after = ""; ;)
        {
            var page = _service.ListThings(after, PageOfThings);
            foreach (var shadow in page)
            {
                yield return (shadow.Id, shadow.Version);
            }

            if (page.Count == 0)
            {
                yield break;
            }

            after = page[^1].Id.Thing;
        }
    }

    /// <summary>It was deleted, and not just lost with a disk.</summary>
    public bool IsDeleted(ShadowId id) => _service.IsDeleted(id);

    /// <returns>The shadow as committed; an absent side where there is none.</returns>
    /// <exception cref="LocalShadowException">It cannot be read.</exception>
    public async Task<SyncSide> ReadAsync(ShadowId id)
    {
        var answer = await _service.GetAsync(id);
        if (answer.Error is { } error)
        {
            return error.Code == 404 ? SyncSide.Absent : throw new LocalShadowException(error);
        }

        using var json = JsonDocument.Parse(answer.Body, ShadowDocumentReader.Nested);
        return ShadowDocumentReader.Read(json.RootElement) ?? throw new LocalShadowException(ShadowError.InternalFailure);
    }

    /// <returns>The version afterwards; null when the shadow is not any more what the step was decided for.</returns>
    /// <exception cref="LocalShadowException">It was refused for another reason.</exception>
    public async Task<long?> ApplyAsync(ShadowId id, SyncStep step)
    {
        // Where there was none, version 0 says so: a shadow made meanwhile refuses it.
        var answer = step.Delete
            ? await _service.DeleteAsync(id, default, s_origin, step.ExpectedVersion)
            : await _service.UpdateAsync(id, step.Patch!.ToRequest(step.ExpectedVersion ?? 0, Token), s_origin);
        if (answer.Error is { } error)
        {
            return error.Code == 409 || (step.Delete && error.Code == 404) ? null : throw new LocalShadowException(error);
        }

        using var json = JsonDocument.Parse(answer.Body, ShadowDocumentReader.Nested);
        return json.RootElement.GetProperty("version").GetInt64();
    }

    public void Changed(ShadowChange change) => OnChanged?.Invoke(change.Id, change.Record.IsTombstone);
}
