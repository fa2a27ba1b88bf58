using System.Text;
using static Roost.Shadow.Tests.Documents.EngineHarness;

namespace Roost.Shadow.Tests.Documents;

internal sealed class ShadowEngineFaultTests
{
    [TestCase("", 400, "Invalid JSON")]
    [TestCase("   ", 400, "Invalid JSON")]
    [TestCase("{", 400, "Invalid JSON")]
    [TestCase("""{"state":{"desired":{"a":1}}""", 400, "Invalid JSON")]
    [TestCase("""{"state":{}} x""", 400, "Invalid JSON")]
    [TestCase("""{"state":{}}{"state":{}}""", 400, "Invalid JSON")]
    [TestCase("""{"state":{},}""", 400, "Invalid JSON")]
    [TestCase("""{'state':{}}""", 400, "Invalid JSON")]
    [TestCase("""{"state":{"desired":{"a":01}}}""", 400, "Invalid JSON")]
    [TestCase("""{"state":{"desired":{"a":NaN}}}""", 400, "Invalid JSON")]
    [TestCase("""{"state":{"desired":{"a":"\ud800"}}}""", 400, "Invalid JSON", Description = "half a surrogate pair")]
    [TestCase("""{"state":{"desired":{"\ud800":1}}}""", 400, "Invalid JSON")]
    [TestCase("[]", 400, "Invalid JSON")]
    [TestCase("null", 400, "Invalid JSON")]
    [TestCase("\"state\"", 400, "Invalid JSON")]
    [TestCase("{}", 400, "Missing required node: state")]
    [TestCase("""{"State":{}}""", 400, "Missing required node: state")]
    [TestCase("""{"state":1}""", 400, "State node must be an object")]
    [TestCase("""{"state":[]}""", 400, "State node must be an object")]
    [TestCase("""{"state":"x"}""", 400, "State node must be an object")]
    [TestCase("""{"state":{"desired":1}}""", 400, "Desired node must be an object")]
    [TestCase("""{"state":{"desired":[]}}""", 400, "Desired node must be an object")]
    [TestCase("""{"state":{"reported":"x"}}""", 400, "Reported node must be an object")]
    [TestCase("""{"state":{"reported":false}}""", 400, "Reported node must be an object")]
    [TestCase("""{"state":{"delta":{}}}""", 400, "State contains an invalid node")]
    [TestCase("""{"state":{"desired":{},"other":1}}""", 400, "State contains an invalid node")]
    [TestCase("""{"state":{"desired":{"a":[1,null]}}}""", 400, "State contains an invalid node")]
    [TestCase("""{"state":{"desired":{"a":{"b":[[null]]}}}}""", 400, "State contains an invalid node")]
    [TestCase("""{"state":{},"version":"1"}""", 400, "Invalid version")]
    [TestCase("""{"state":{},"version":-1}""", 400, "Invalid version")]
    [TestCase("""{"state":{},"version":1.5}""", 400, "Invalid version")]
    [TestCase("""{"state":{},"version":99999999999999999999}""", 400, "Invalid version")]
    [TestCase("""{"state":{},"version":{}}""", 400, "Invalid version")]
    [TestCase("""{"state":{},"clientToken":5}""", 400, "Invalid clientToken")]
    [TestCase("""{"state":{},"clientToken":["a"]}""", 400, "Invalid clientToken")]
    [TestCase("""{"state":{"desired":{"1":{"2":{"3":{"4":{"5":{"6":{"7":"x"}}}}}}}}}""", 400, "JSON contains too many levels of nesting; maximum is 6")]
    [TestCase("""{"state":{"desired":{"1":[[[[[["x"]]]]]]}}}""", 400, "JSON contains too many levels of nesting; maximum is 6")]
    [TestCase("""{"state":{},"version":7}""", 409, "Version conflict")]
    public void Update_is_refused(string body, int code, string message)
    {
        Assert.That(new EngineHarness().Update(body).Fault, Is.EqualTo(new ShadowError(code, message)));
    }

    [TestCase("""{"state":{"desired":{"1":{"2":{"3":{"4":{"5":"x"}}}}}}}""")]
    [TestCase("""{"state":{"desired":{"1":{"2":{"3":{"4":{"5":{}}}}}}}}""")]
    [TestCase("""{"state":{"reported":{"1":{"2":{"3":{"4":{"5":{"6":{}}}}}}}}}""", Description = "the empty seventh does not count")]
    [TestCase("""{"state":{"reported":{"1":[[[[[[]]]]]]}}}""")]
    [TestCase("""{"state":{"reported":{"1":{"2":{"3":{"4":{"5":{"6":"x"}}}}}}}}""", Description = "six levels of content")]
    public void Update_is_taken_up_to_six_levels(string body) => new EngineHarness().With(body);

    [Test]
    public void Nesting_of_a_hundred_thousand_levels_is_refused_without_recursion()
    {
        const int Levels = 50_000;
        var body = """{"state":{"desired":{"a":""" + new string('[', Levels) + new string(']', Levels) + "}}}";

        Assert.That(new EngineHarness().Update(body).Fault, Is.EqualTo(ShadowError.TooDeep(6)));
    }

    [Test]
    public void Nesting_beside_state_is_ignored_however_deep()
    {
        const int Levels = 50_000;
        new EngineHarness().With("""{"x":""" + new string('[', Levels) + new string(']', Levels) + ""","state":{}}""");
    }

    [TestCase(new byte[] { 0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0 }, Description = "UTF-16 with its mark")]
    [TestCase(new byte[] { (byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)':', (byte)'1', (byte)'}' }, Description = "a torn sequence")]
    [TestCase(new byte[] { (byte)'{', (byte)'"', 0xC0, 0xAF, (byte)'"', (byte)':', (byte)'1', (byte)'}' }, Description = "an overlong form")]
    [TestCase(new byte[] { (byte)'{', (byte)'"', 0xED, 0xA0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}' }, Description = "a surrogate")]
    public void Update_that_is_not_utf8_is_415(byte[] body)
    {
        Assert.That(new EngineHarness().Update(body).Fault,
            Is.EqualTo(new ShadowError(415, "Unsupported documented encoding; supported encoding is UTF-8")));
    }

    [Test]
    public void Update_of_a_megabyte_is_413_before_it_is_parsed()
    {
        Assert.That(new EngineHarness().Update(new byte[1024 * 1024]).Fault, Is.EqualTo(new ShadowError(413, "The payload exceeds the maximum size allowed")));
    }

    [Test]
    public void Client_token_of_64_bytes_is_taken_and_of_65_is_not()
    {
        new EngineHarness().With($$"""{"state":{},"clientToken":"{{new string('x', 64)}}"}""");
        Assert.That(new EngineHarness().Update($$"""{"state":{},"clientToken":"{{new string('x', 65)}}"}""").Fault, Is.EqualTo(ShadowError.InvalidClientToken));
        Assert.That(new EngineHarness().Update($$"""{"state":{},"clientToken":"{{new string('\u00E4', 33)}}"}""").Fault, Is.EqualTo(ShadowError.InvalidClientToken), "66 bytes in 33 characters");
    }

    [TestCase("""{"state":1,"clientToken":"t"}""")]
    [TestCase("""{"clientToken":"t"}""")]
    [TestCase("""{"clientToken":"t","state":{"desired":{"1":{"2":{"3":{"4":{"5":{"6":{"7":"x"}}}}}}}}}""")]
    [TestCase("""{"state":{"desired":[[[]]]},"version":9,"clientToken":"t"}""")]
    public void Refusal_carries_the_token_wherever_it_stands(string body) => Assert.That(new EngineHarness().Update(body).ClientToken, Is.EqualTo("t"));

    [Test]
    public void Refused_update_changes_nothing()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1}}}""");
        var before = shadow.Record;

        shadow.Update("""{"state":{"desired":{"a":[null]}}}""");

        Assert.That(shadow.Record, Is.SameAs(before));
    }

    [Test]
    public void A_body_cut_at_any_byte_is_refused()
    {
        var body = Encoding.UTF8.GetBytes("""{"state":{"desired":{"a":[1,{"b":"\u00e4"}]},"reported":null},"version":0,"clientToken":"ä"}""");
        for (var length = 0; length < body.Length; length++)
        {
            Assert.That(new EngineHarness().Update(body[..length]).Fault?.Code, Is.EqualTo(400).Or.EqualTo(415), $"cut at {length}");
        }
    }

    [Test]
    public void Error_document_of_a_404_is_the_clouds_to_the_byte()
    {
        Assert.That(Text(Roost.Shadow.Documents.MessageWriter.Rejected(new EngineHarness().Get().Fault!.Value, 5, null)),
            Is.EqualTo("""{"code":404,"message":"No shadow exists with name: 'T'"}"""));
        Assert.That(Text(Roost.Shadow.Documents.MessageWriter.Rejected(new EngineHarness().Get().Fault!.Value, 5, "t")),
            Is.EqualTo("""{"clientToken":"t","code":404,"message":"No shadow exists with name: 'T'"}"""));
    }

    [TestCase("""{"clientToken":7}""")]
    [TestCase("""{"clientToken":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}""")]
    public void Get_and_delete_refuse_a_wrong_token(string body)
    {
        Assert.That(new EngineHarness().With("""{"state":{}}""").Get(body).Fault, Is.EqualTo(ShadowError.InvalidClientToken));
        Assert.That(new EngineHarness().With("""{"state":{}}""").Delete(body).Fault, Is.EqualTo(ShadowError.InvalidClientToken));
    }

    [TestCase("not json")]
    [TestCase("[]")]
    [TestCase("{\"a\":")]
    [TestCase("""{"version":12,"state":{"desired":[null]}}""")]
    public void Get_ignores_whatever_else_its_body_says(string body) => Assert.That(new EngineHarness().With("""{"state":{}}""").Get(body).Fault, Is.Null);
}
