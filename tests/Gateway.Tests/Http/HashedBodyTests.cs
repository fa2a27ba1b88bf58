using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Roost.Gateway.Http.Access;

namespace Roost.Gateway.Tests.Http;

/// <summary>A body whose hash was signed: nobody has all of another one.</summary>
public sealed class HashedBodyTests
{
    private static readonly byte[] _body = Encoding.UTF8.GetBytes(new string('x', 10_000));

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_body_that_was_signed_is_read_to_its_end(bool hasLength)
    {
        using var read = new MemoryStream();
        await using var body = new HashedBody(new MemoryStream(_body), Hash(_body), hasLength ? _body.Length : null);

        await body.CopyToAsync(read, 1000);

        Assert.That(read.ToArray(), Is.EqualTo(_body));
    }

    [TestCase(true, 9_999, Description = "the last piece is not handed out")]
    [TestCase(false, 10_000, Description = "the end is not told")]
    public async Task Another_body_is_not_read_to_its_end(bool hasLength, int most)
    {
        var other = _body.ToArray();
        other[0] = (byte)'y';
        using var read = new MemoryStream();
        await using var body = new HashedBody(new MemoryStream(other), Hash(_body), hasLength ? other.Length : null);

        Assert.That(async () => await body.CopyToAsync(read, 1000), Throws.InstanceOf<BadHttpRequestException>());

        Assert.That(read.Length, Is.LessThanOrEqualTo(most));
    }

    [Test]
    public async Task A_body_that_is_cut_short_is_refused()
    {
        await using var body = new HashedBody(new MemoryStream(_body, 0, 5_000), Hash(_body), length: null);

        Assert.That(async () => await body.CopyToAsync(Stream.Null), Throws.InstanceOf<BadHttpRequestException>());
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
