using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Roost.Shadow.Http;

/// <summary>
/// <c>ETag</c>, <c>If-Match</c> and <c>If-None-Match</c> (RFC 9110 section 13.1). A tag names the shadow's state; the time of the answer, which a body
/// also has, is no part of that. Proxies that compress make tags weak on their way: a weak tag is as good as the strong one here.
/// </summary>
internal sealed class EntityTags
{
    private readonly bool _any;
    private readonly ShadowRevision[] _revisions;

    private EntityTags(bool any, ShadowRevision[] revisions)
    {
        _any = any;
        _revisions = revisions;
    }

    public static string Of(ShadowRevision revision) => $"\"{revision}\"";

    /// <param name="tags">Null when the request has no such header.</param>
    /// <returns>False when the header is no list of entity tags: a condition that cannot be read must not be taken for none.</returns>
    public static bool TryRead(HttpRequest request, string header, out EntityTags? tags)
    {
        tags = null;
        if (request.Headers[header] is not { Count: > 0 } lines)
        {
            return true;
        }

        if (!EntityTagHeaderValue.TryParseStrictList(lines!, out var list))
        {
            return false;
        }

        var revisions = new List<ShadowRevision>(list.Count);
        foreach (var tag in list)
        {
            if (ShadowRevision.TryParse(tag.Tag.AsSpan().Trim('"'), out var revision)) // a tag that we never gave matches nothing
            {
                revisions.Add(revision);
            }
        }

        tags = new EntityTags(list.Contains(EntityTagHeaderValue.Any), [.. revisions]);
        return true;
    }

    public bool Match(ShadowRevision revision) => _any || _revisions.Contains(revision);

    /// <summary>As <c>If-Match</c>: the shadow has one of these tags.</summary>
    public ShadowPrecondition ToPrecondition() => _any ? ShadowPrecondition.Exists : ShadowPrecondition.OneOf(_revisions);

    public bool IsAny => _any;

    public static ShadowError Unreadable(string header) => new(400, $"{header} is not a list of entity tags, like \"17-692a1f40\"");
}
