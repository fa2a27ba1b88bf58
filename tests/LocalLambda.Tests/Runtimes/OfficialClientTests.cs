using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Runtimes;

/// <summary>AWS's own runtime interface client, unmodified, as a custom runtime inside the sandbox.</summary>
internal sealed class OfficialClientTests : FunctionFixture
{
    private static readonly string s_client = Path.Combine(SourceTree.Root, "tests", "LocalLambda.Tests", "Runtimes", "Ric", "node_modules", "aws-lambda-ric");

    [Test]
    public async Task The_client_answers_and_tells_of_errors()
    {
        Client("""
            exports.handler = async (event, context) => {
              if (event === 'fail') throw new RangeError('too far');
              return [event, context.functionName, context.clientContext?.custom.subject, context.getRemainingTimeInMillis() > 0];
            };
            """);
        await StartAsync();

        Assert.That(await AnswerAsync("ric", "{\"n\":1}", new InvocationContext { ClientContextJson = FunctionEvent.ClientContext("robots/bümp") }), Is.EqualTo("""[{"n":1},"ric","robots/bümp",true]"""));
        var error = Json(await InvokeAsync("ric", "\"fail\""));
        Assert.That(error.GetProperty("errorType").GetString(), Is.EqualTo("RangeError"));
        Assert.That(error.GetProperty("errorMessage").GetString(), Is.EqualTo("too far"));
        Assert.That(await AnswerAsync("ric", $"\"{new string('x', 4_000_000)}\""), Has.Length.GreaterThan(4_000_000));
    }

    [TestCase("exports.other = 1;", "Runtime.HandlerNotFound")]
    [TestCase("require('nosuchmodule');", "Runtime.ImportModuleError")]
    public async Task The_client_tells_of_a_module_that_does_not_load(string code, string type)
    {
        Client(code);
        await StartAsync();

        Assert.That(Json(await InvokeAsync("ric")).GetProperty("errorType").GetString(), Is.EqualTo(type));
    }

    private void Client(string code)
    {
        if (!File.Exists(Path.Combine(s_client, "dist", "rapid-client.node")))
        {
            Assert.Ignore("aws-lambda-ric is not built; ROOST_TEST_RIC=1 ./test installs it, in some 90 s");
        }

        Function("ric", "runtime: provided\nhandler: index.handler\ntimeout: 20s\n", ("index.js", code), ("bootstrap", "#!/bin/sh\nexec /usr/bin/node node_modules/aws-lambda-ric/bin/index.mjs \"$_HANDLER\"\n"));
        var folder = Path.Combine(Folder["functions"], "ric");
        File.SetUnixFileMode(Path.Combine(folder, "bootstrap"), (UnixFileMode)0b111_101_101);
        foreach (var part in (string[])["bin", "dist"]) // the rest of its 165 MB is what it is built from
        {
            var target = Directory.CreateDirectory(Path.Combine(folder, "node_modules", "aws-lambda-ric", part)).FullName;
            foreach (var file in Directory.EnumerateFiles(Path.Combine(s_client, part)))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }
    }
}
