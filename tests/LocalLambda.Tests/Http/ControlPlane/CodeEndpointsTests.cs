using System.Security.Cryptography;
using Roost.LocalLambda.Tests.Code.Zip;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Http.ControlPlane;

internal sealed class CodeEndpointsTests : ControlPlaneFixture
{
    [Test]
    public async Task A_function_is_created_called_replaced_and_deleted()
    {
        await ServeAsync();
        var zip = Zip();

        var created = await SendAsync(HttpMethod.Post, Functions, new
        {
            FunctionName = "f",
            Role = "arn:aws:iam::123456789012:role/r",
            Runtime = "python3.12",
            Handler = "main.handler",
            Description = "first",
            MemorySize = 256,
            Timeout = 7,
            Environment = new { Variables = new { SITE = "17" } },
            Architectures = new[] { "arm64" },
            TracingConfig = new { Mode = "Active" },
            EphemeralStorage = new { Size = 512 },
            VpcConfig = new { SubnetIds = Array.Empty<string>() },
            Layers = Array.Empty<string>(),
            Tags = new { team = "a" },
            Code = new { ZipFile = zip },
        }, 201);

        Assert.That(created.ToString(), Does
            .Contain("\"FunctionArn\":\"arn:aws:lambda:local:000000000000:function:f\"").And.Contain("\"Version\":\"$LATEST\"").And.Contain("\"State\":\"Active\"").And.Contain("\"LastUpdateStatus\":\"Successful\"")
            .And.Contain("\"Description\":\"first\"").And.Contain("\"Runtime\":\"python3.12\"").And.Contain("\"MemorySize\":256").And.Contain("\"Timeout\":7").And.Contain("\"Environment\":{\"Variables\":{\"SITE\":\"17\"}}")
            .And.Contain("\"Role\":\"arn:aws:iam::123456789012:role/r\"").And.Contain("\"Architectures\":[\"arm64\"]").And.Contain("\"TracingConfig\":{\"Mode\":\"Active\"}").And.Contain("\"EphemeralStorage\":{\"Size\":512}"));
        Assert.That(created.GetProperty("CodeSha256").GetString(), Is.EqualTo(Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(zip)))));
        Assert.That(created.GetProperty("CodeSize").GetInt64(), Is.EqualTo(Convert.FromBase64String(zip).Length));
        Assert.That(await CallAsync("f"), Is.EqualTo("1"));

        var got = await SendAsync(HttpMethod.Get, $"{Functions}/f", null, 200);
        Assert.That(await Client.GetByteArrayAsync(got.GetProperty("Code").GetProperty("Location").GetString()), Is.EqualTo(Convert.FromBase64String(zip)), "the zip as it was sent");
        Assert.That(got.GetProperty("Tags").ToString(), Is.EqualTo("""{"team":"a"}"""));

        var updated = await SendAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = Zip("def handler(event, context): return 2"), RevisionId = created.GetProperty("RevisionId").GetString() }, 200);
        Assert.That(await CallAsync("f"), Is.EqualTo("2"));
        Assert.That(updated.GetProperty("MemorySize").GetInt32(), Is.EqualTo(256), "settings stay");
        await Eventually.IsTrueAsync(() => CodeFolder().Length == 2, "the old code to be gone, with its zip");

        await SendAsync(HttpMethod.Delete, $"{Functions}/f", null, 204);
        await RefusedAsync(HttpMethod.Get, $"{Functions}/f", null, 404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:local:000000000000:function:f");
        await RefusedAsync(HttpMethod.Delete, $"{Functions}/f", null, 404, "ResourceNotFoundException", "Function not found");
        await Eventually.IsTrueAsync(() => CodeFolder().Length == 0, "all code to be gone");
    }

    [Test]
    public async Task A_function_outlives_the_daemon_with_its_zip()
    {
        await ServeAsync();
        var sha = (await CreateAsync("f")).GetProperty("CodeSha256").GetString();
        await StopServer();
        await StopAsync();

        await ServeAsync();

        var got = await SendAsync(HttpMethod.Get, $"{Functions}/f", null, 200);
        Assert.That(SHA256.HashData(await Client.GetByteArrayAsync(got.GetProperty("Code").GetProperty("Location").GetString())), Is.EqualTo(Convert.FromBase64String(sha!)));
        Assert.That(await CallAsync("f"), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_function_yaml_in_the_zip_gives_what_the_api_does_not_say()
    {
        await ServeAsync();
        var zip = Zip(yaml: "name: other\nruntime: python3.x\nhandler: main.handler\nmemory: 64MiB\ntimeout: 9s\nmax-concurrency: 2\nenvironment: { A1: yaml }\n");

        var created = await SendAsync(HttpMethod.Post, Functions, new { FunctionName = "f", Role = "r", Timeout = 5, Code = new { ZipFile = zip } }, 201);

        Assert.That(created.ToString(), Does.Contain("\"MemorySize\":64").And.Contain("\"Timeout\":5").And.Contain("\"A1\":\"yaml\"").And.Contain("function:f\""));
        Assert.That(Host.TryFind("f", out var function) ? function.MaxConcurrency : 0, Is.EqualTo(2));
        var changed = await SendAsync(HttpMethod.Put, $"{Functions}/f/configuration", new { MemorySize = 128 }, 200);
        Assert.That(changed.ToString(), Does.Contain("\"MemorySize\":128").And.Contain("\"Timeout\":5").And.Contain("\"A1\":\"yaml\""));
        await RefusedAsync(HttpMethod.Post, Functions, Create("g", Zip(yaml: "netwrk: full\n")), 400, "InvalidParameterValueException", "function.yaml, line 1: netwrk is not known");
    }

    [Test]
    public async Task Code_without_a_function_yaml_takes_no_settings_away_and_one_with_it_replaces_them()
    {
        await ServeAsync();
        const string Yaml = "runtime: python3.x\nhandler: main.handler\ntimeout: 7s\nurl: true\ntriggers: [ { topic: in } ]\n";
        await SendAsync(HttpMethod.Post, Functions, new { FunctionName = "f", Role = "r", Code = new { ZipFile = Zip(yaml: Yaml) } }, 201);

        var updated = await SendAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = Zip("def handler(event, context): return 2") }, 200);

        Assert.That(updated.GetProperty("Timeout").GetInt32(), Is.EqualTo(7));
        Assert.That(await Client.GetStringAsync("/fn/f/"), Is.EqualTo("2"));
        Assert.That(Host.TryFind("f", out var function) ? function.Record!.Latest.Triggers.Count : 0, Is.EqualTo(1));

        var configured = await SendAsync(HttpMethod.Put, $"{Functions}/f/configuration", new { MemorySize = 256 }, 200);
        Assert.That(configured.GetProperty("Timeout").GetInt32(), Is.EqualTo(7), "also after a change of the settings");
        await StopServer();
        await StopAsync();
        await ServeAsync();
        updated = await SendAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = Zip("def handler(event, context): return 3") }, 200);
        Assert.That(updated.GetProperty("Timeout").GetInt32(), Is.EqualTo(7), "and a second time, after a restart");
        Assert.That(await Client.GetStringAsync("/fn/f/"), Is.EqualTo("3"));

        var other = Convert.ToBase64String(new ZipBuilder().Add("other.py", "def handler(event, context): return 4").ToArray());
        await RefusedAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = other }, 400, "InvalidParameterValueException", "function.yaml of the code before, line 2: handler is 'main.handler'; there is no main.py in the zip");

        updated = await SendAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = Zip(yaml: "runtime: python3.x\nhandler: main.handler\ntimeout: 9s\n") }, 200);
        Assert.That(updated.GetProperty("Timeout").GetInt32(), Is.EqualTo(9));
        using var answer = await Client.GetAsync("/fn/f/");
        Assert.That((int)answer.StatusCode, Is.EqualTo(403), "the zip's own function.yaml replaces the one before");
    }

    [Test]
    public async Task A_dry_run_and_a_stale_revision_change_nothing()
    {
        await ServeAsync();
        await CreateAsync("f");

        await SendAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = Zip("def handler(event, context): return 2"), DryRun = true }, 200);
        await RefusedAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = Zip("def handler(event, context): return 3"), RevisionId = "old" }, 412, "PreconditionFailedException", "The Revision Id provided does not match");
        await RefusedAsync(HttpMethod.Put, $"{Functions}/f/configuration", new { Timeout = 4, RevisionId = "old" }, 412, "PreconditionFailedException", "The Revision Id provided does not match");

        Assert.That(await CallAsync("f"), Is.EqualTo("1"));
    }

    [Test]
    public async Task What_cannot_be_created_is_refused_in_lambdas_words_and_leaves_nothing()
    {
        await ServeAsync();
        const string Invalid = "InvalidParameterValueException";

        await RefusedAsync(HttpMethod.Post, Functions, new { FunctionName = "a b", Role = "r", Code = new { ZipFile = "" } }, 400, "ValidationException", "1 validation error detected: Value 'a b' at 'functionName' failed to satisfy constraint: ");
        await RefusedAsync(HttpMethod.Post, Functions, new { FunctionName = "f", Role = "r" }, 400, "ValidationException", "1 validation error detected: Value null at 'code' failed to satisfy constraint: Member must not be null");
        await RefusedAsync(HttpMethod.Post, Functions, new { FunctionName = "f", Role = "r", Code = new { S3Bucket = "b", S3Key = "k" } }, 400, Invalid, "code.s3Bucket: Please provide only one of the following: ZipFile.");
        await RefusedAsync(HttpMethod.Post, Functions, new { FunctionName = "f", Role = "r", PackageType = "Image", Code = new { ImageUri = "i" } }, 400, Invalid, "code.imageUri: ");
        await RefusedAsync(HttpMethod.Post, Functions, Create("f", ""), 400, Invalid, "Uploaded file must be a non-empty zip");
        await RefusedAsync(HttpMethod.Post, Functions, Create("f", "????"), 400, "InvalidRequestContentException", "Could not parse request body into json: Could not parse 'ZipFile'");
        await RefusedAsync(HttpMethod.Post, Functions, Create("f", "AAAA"), 400, Invalid, "Could not unzip uploaded file. Please check your file, then try to upload again: it is no zip");
        await RefusedAsync(HttpMethod.Post, Functions, Create("f", Convert.ToBase64String(ZipBuilder.Of("../main.py"))), 400, Invalid, "Could not unzip uploaded file. Please check your file, then try to upload again: entry '../main.py' has ..");
        await RefusedAsync(HttpMethod.Post, Functions, Create("f", handler: "other.handler"), 400, Invalid, "handler is 'other.handler'; there is no other.py in the zip");
        await RefusedAsync(HttpMethod.Post, Functions, Create("f", runtime: null, handler: null), 400, Invalid, "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
        await RefusedAsync(HttpMethod.Post, Functions, Create("f", runtime: "java21"), 400, Invalid, "Value java21 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ");
        await RefusedAsync(HttpMethod.Post, Functions, Create("f", Convert.ToBase64String(ZipBuilder.Of("bootstrap")), "provided.al2023", "x"), 400, Invalid, "handler is 'x'; bootstrap in the zip is not executable; run chmod +x on it");
        await RefusedAsync(HttpMethod.Post, Functions, With(new { Timeout = 901 }), 400, "ValidationException", "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900");
        await RefusedAsync(HttpMethod.Post, Functions, With(new { MemorySize = "128" }), 400, "SerializationException", "memorySize must be a whole number.");
        await RefusedAsync(HttpMethod.Post, Functions, With(new { Environment = new { Variables = new { AWS_REGION = "x" } } }), 400, Invalid, "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys");
        await RefusedAsync(HttpMethod.Post, Functions, With(new { Environment = new { Variables = new { A1 = new string('x', 4096) } } }), 400, Invalid, "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.");
        await RefusedAsync(HttpMethod.Post, Functions, With(new { Layers = new[] { "arn" } }), 400, Invalid, "layers: layers are not offered; put their content into the zip.");
        await RefusedAsync(HttpMethod.Post, Functions, With(new { VpcConfig = new { SubnetIds = new[] { "s" } } }), 400, Invalid, "vpcConfig: there are no VPCs here");
        await RefusedAsync(HttpMethod.Post, Functions, With(new { EphemeralStorage = new { Size = 1024 } }), 400, Invalid, "ephemeralStorage.size: /tmp is as large as the function's memory here");
        await RefusedAsync(HttpMethod.Post, Functions, With(new { Sparkle = 1 }), 400, Invalid, "sparkle is not offered here; leave it out.");
        await RefusedAsync(HttpMethod.Post, Functions, "text", 400, "InvalidRequestContentException", "Could not parse request body into json: ");
        await Eventually.IsTrueAsync(() => CodeFolder().Length == 0, "what was refused to leave nothing");

        await CreateAsync("f");
        await RefusedAsync(HttpMethod.Post, Functions, Create("f"), 409, "ResourceConflictException", "Function already exist: f");
        await RefusedAsync(HttpMethod.Put, $"{Functions}/g/code", new { ZipFile = Zip() }, 404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:local:000000000000:function:g");

        static Dictionary<string, object> With(object more)
        {
            var request = new Dictionary<string, object> { ["FunctionName"] = "f", ["Role"] = "r", ["Runtime"] = "python3.x", ["Handler"] = "main.handler", ["Code"] = new { ZipFile = Zip() } };
            foreach (var property in more.GetType().GetProperties())
            {
                request[property.Name] = property.GetValue(more)!;
            }

            return request;
        }
    }

    [Test]
    public async Task A_function_that_a_folder_gives_is_changed_in_its_folder()
    {
        Python("f", "def handler(event, context): return 0");
        await ServeAsync();
        var reason = $"Function f is managed by the folder {Path.Combine(Folder["functions"], "f")}: change the files there";

        await RefusedAsync(HttpMethod.Post, Functions, Create("f"), 409, "ResourceConflictException", reason);
        await RefusedAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = Zip() }, 409, "ResourceConflictException", reason);
        await RefusedAsync(HttpMethod.Put, $"{Functions}/f/configuration", new { Timeout = 4 }, 409, "ResourceConflictException", reason);
        await RefusedAsync(HttpMethod.Delete, $"{Functions}/f", null, 409, "ResourceConflictException", reason);
    }

    [Test]
    public async Task A_zip_of_more_than_50_MiB_is_refused_and_not_kept_in_memory()
    {
        await ServeAsync();
        await CreateAsync("small"); // so that all that is loaded once is loaded
        var before = GC.GetTotalAllocatedBytes();
        using var content = new EndlessZip(72_000_000);

        using var response = await Client.PutAsync($"{Functions}/small/code", content);

        await AssertRefusedAsync(response, 413, "RequestEntityTooLargeException", "Request must be smaller than 69905067 bytes for the UpdateFunctionCode operation");
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(30_000_000), "bytes allocated by both sides for a request of 72 MB");
        Assert.That(CodeFolder(), Has.Length.EqualTo(2));
    }

    private sealed class EndlessZip(long length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync("{\"ZipFile\":\""u8.ToArray());
            var block = "AAAA"u8.ToArray().AsEnumerable();
            var bytes = Enumerable.Repeat(block, 16 * 1024).SelectMany(part => part).ToArray();
            for (long sent = 0; sent < length; sent += bytes.Length)
            {
                await stream.WriteAsync(bytes);
            }

            await stream.WriteAsync("\"}"u8.ToArray());
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = 0;
            return false;
        }
    }
}
