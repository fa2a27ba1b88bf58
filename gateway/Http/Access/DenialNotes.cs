using System.Net;
using Microsoft.AspNetCore.Http;
using Roost.Gateway.Http.Tls;
using Roost.Identity;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// Denied requests for the audit. Of one address the first twenty of a minute are written, of all addresses two hundred; the others are counted in one entry
/// when the minute is over: whoever knocks without end does not fill the disk.
/// </summary>
internal sealed class DenialNotes(IAuditTrail audit, TimeProvider time)
{
    public const int MostOfAddress = 20;
    public const int MostOfAll = 200;

    private static readonly TimeSpan _window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _counts = [];
    private long _begun;
    private int _written;
    private long _more;

    /// <param name="claimed">Whom it claimed to be; null: that cannot be told.</param>
    /// <param name="reason">A sentence without secrets.</param>
    /// <param name="thing">Whose credential it proved to have; null: nobody's, or that cannot be told.</param>
    public void Note(HttpContext context, string? claimed, string reason, string? thing = null)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (!Takes(AddressLimit.NetworkOf(address)))
        {
            return;
        }

        audit.Note(new AuditEntry("deny.http")
        {
            Principal = claimed,
            Thing = thing,
            Source = $"{(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)} port {context.Connection.RemotePort}",
            Resource = $"{context.Request.Method} {context.Request.Path}", // never the query: presigned ones are credentials
            Reason = reason,
        });
    }

    private bool Takes(IPAddress network)
    {
        lock (_lock)
        {
            if (_written == 0 || time.GetElapsedTime(_begun) >= _window)
            {
                BeginWindow();
            }

            var count = _counts.GetValueOrDefault(network);
            if (count >= MostOfAddress || _written >= MostOfAll)
            {
                _more++;
                return false;
            }

            _counts[network] = count + 1;
            _written++;
            return true;
        }
    }

    private void BeginWindow()
    {
        if (_more > 0)
        {
            audit.Note(new AuditEntry("deny.http") { Reason = $"{_more} more denied requests came in the minute before and were not noted one by one." });
        }

        (_begun, _written, _more) = (time.GetTimestamp(), 0, 0);
        _counts.Clear();
    }
}
