using System.Net;
using Microsoft.AspNetCore.Http;

namespace Roost.Identity.Tests;

public sealed class RequestIdentityTests
{
    private DefaultHttpContext _context = null!;

    [SetUp]
    public void SetUp() => _context = new DefaultHttpContext();

    [Test]
    public void Who_has_shown_nothing_is_a_stranger_and_not_this_machine()
    {
        _context.Connection.RemoteIpAddress = IPAddress.Parse("::ffff:192.0.2.66");

        Assert.That(RequestIdentity.Of(_context), Is.EqualTo(new ChangedBy("stranger", "192.0.2.66 port 0")));
    }

    [Test]
    public void Who_came_by_a_listener_of_this_machine_alone_is_local()
    {
        _context.Features.Set(LocalConnection.Instance);

        Assert.That(RequestIdentity.Of(_context).Principal, Is.EqualTo("local"));
    }

    [Test]
    public void Who_has_shown_a_credential_is_that_also_on_this_machine()
    {
        _context.Features.Set(LocalConnection.Instance);
        _context.Features.Set(new RequestIdentity(new Principal { Kind = PrincipalKind.User, Name = "owner" }));

        Assert.That(RequestIdentity.Of(_context).Principal, Is.EqualTo("user/owner"));
    }
}
