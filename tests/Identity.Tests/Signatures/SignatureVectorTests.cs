using Roost.Identity.Signatures;

namespace Roost.Identity.Tests.Signatures;

/// <summary>AWS's published test suite for Signature Version 4: requests of 2015-08-30 12:36:00 UTC, region us-east-1, service <c>service</c>.</summary>
public sealed class SignatureVectorTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [TestCase("GET", "/", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", TestName = "get-vanilla")]
    [TestCase("POST", "/", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", TestName = "post-vanilla")]
    [TestCase("GET", "/?Param2=value2&Param1=value1", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", TestName = "get-vanilla-query-order-key-case")]
    [TestCase("GET", "/?Param1=value1", "", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb", TestName = "get-vanilla-empty-query-key")]
    [TestCase("GET", "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197", TestName = "get-vanilla-query-unreserved")]
    [TestCase("GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f", TestName = "get-unreserved")]
    [TestCase("GET", "/\u1234", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85", TestName = "get-utf8")]
    [TestCase("GET", "/example space/", "", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741", TestName = "get-space")]
    [TestCase("GET", "/example/..", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", TestName = "get-relative")]
    [TestCase("GET", "/example1/example2/../..", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", TestName = "get-relative-relative")]
    [TestCase("GET", "//", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", TestName = "get-slash")]
    [TestCase("GET", "/./", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", TestName = "get-slash-dot-slash")]
    [TestCase("GET", "/", "My-Header1:value2\nMy-Header1:value2\nMy-Header1:value1", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea", TestName = "get-header-key-duplicate")]
    [TestCase("GET", "/", "My-Header1:value1\nMy-Header2: \"a   b   c\" ", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736", TestName = "get-header-value-trim")]
    public void A_request_of_the_suite_has_its_signature(string method, string target, string headers, string signature)
    {
        var all = new List<KeyValuePair<string, string>> { new("Host", "example.amazonaws.com"), new("X-Amz-Date", "20150830T123600Z") };
        all.AddRange(headers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => KeyValuePair.Create(line.Split(':', 2)[0], line.Split(':', 2)[1])));
        var names = string.Join(';', all.Select(header => header.Key.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal));
        all.Add(new("Authorization", $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={names}, Signature={signature}"));
        var request = new SignedRequest { Method = method, RawTarget = target, Headers = all, Services = ["service"] };

        var claim = SignatureReader.Read(request);

        Assert.That(SignatureMath.Sign(Secret, claim, CanonicalRequest.Of(request, claim.SignedHeaders, EmptyHash)), Is.EqualTo(signature));
    }
}
