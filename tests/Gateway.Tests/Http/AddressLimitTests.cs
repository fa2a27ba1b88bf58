using System.Net;
using Roost.Gateway.Http.Tls;

namespace Roost.Gateway.Tests.Http;

/// <summary>Whose connections count together.</summary>
public sealed class AddressLimitTests
{
    [TestCase("192.0.2.1", "192.0.2.2", ExpectedResult = false)]
    [TestCase("::ffff:192.0.2.1", "192.0.2.1", ExpectedResult = true)]
    [TestCase("2001:db8::1", "2001:db8::2", ExpectedResult = true, Description = "a host has all of its network")]
    [TestCase("2001:db8::1", "2001:db8:0:1::1", ExpectedResult = false)]
    [TestCase("fe80::1", "fe80::bad", ExpectedResult = false, Description = "a network that all hosts of a site share")]
    [TestCase("fd00:1::1", "fd00:1::bad", ExpectedResult = false)]
    public bool They_count_together(string one, string other) => AddressLimit.NetworkOf(IPAddress.Parse(one)).Equals(AddressLimit.NetworkOf(IPAddress.Parse(other)));
}
