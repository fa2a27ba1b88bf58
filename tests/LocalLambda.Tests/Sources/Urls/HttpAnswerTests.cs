using System.Text;
using Roost.LocalLambda.Sources.Urls;

namespace Roost.LocalLambda.Tests.Sources.Urls;

internal sealed class HttpAnswerTests
{
    [TestCase("\"Hello\"", "\"Hello\"")]
    [TestCase("{\"message\":\"Hello\"}", "{\"message\":\"Hello\"}")]
    [TestCase("null", "null")]
    [TestCase("no json", "no json")]
    public void A_result_without_a_status_is_the_body(string result, string body)
    {
        var answer = Read(result)!;

        Assert.That((answer.Status, Encoding.UTF8.GetString(answer.Body.Span)), Is.EqualTo((200, body)));
    }

    [TestCase("""{"statusCode":201,"body":"made"}""", 201, "made")]
    [TestCase("""{"statusCode":"404"}""", 404, "")]
    [TestCase("""{"statusCode":200,"body":null,"headers":null,"cookies":null}""", 200, "")]
    [TestCase("""{"statusCode":200,"body":"aGVsbG8=","isBase64Encoded":true}""", 200, "hello")]
    [TestCase("""{"statusCode":200,"body":"aGVsbG8=","isBase64Encoded":false}""", 200, "aGVsbG8=")]
    public void A_result_with_a_status_says_itself_what_it_is(string result, int status, string body)
    {
        var answer = Read(result)!;

        Assert.That((answer.Status, Encoding.UTF8.GetString(answer.Body.Span)), Is.EqualTo((status, body)));
    }

    [TestCase("""{"statusCode":null}""")]
    [TestCase("""{"statusCode":99}""")]
    [TestCase("""{"statusCode":101}""")]
    [TestCase("""{"statusCode":600}""")]
    [TestCase("""{"statusCode":1e400}""")]
    [TestCase("""{"statusCode":200,"body":{"a":1}}""")]
    [TestCase("""{"statusCode":200,"body":"###","isBase64Encoded":true}""")]
    [TestCase("""{"statusCode":200,"headers":["a"]}""")]
    [TestCase("""{"statusCode":200,"headers":{"a b":"c"}}""")]
    [TestCase("""{"statusCode":200,"headers":{"":"c"}}""")]
    [TestCase("""{"statusCode":200,"headers":{"a":"b\r\nset-cookie: stolen=1"}}""")]
    [TestCase("""{"statusCode":200,"headers":{"a":["b"]}}""")]
    [TestCase("""{"statusCode":200,"cookies":["a=1\n"]}""")]
    [TestCase("""{"statusCode":200,"cookies":"a=1"}""")]
    public void A_result_that_can_be_no_answer_is_none(string result) => Assert.That(Read(result), Is.Null);

    private static HttpAnswer? Read(string result) => HttpAnswer.Of(Encoding.UTF8.GetBytes(result));
}
