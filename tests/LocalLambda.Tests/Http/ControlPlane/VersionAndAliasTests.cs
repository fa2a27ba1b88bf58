using System.Text.Json;

namespace Roost.LocalLambda.Tests.Http.ControlPlane;

internal sealed class VersionAndAliasTests : ControlPlaneFixture
{
    private const string Aliases = $"{Functions}/f/aliases";

    [Test]
    public async Task A_version_stays_as_it_was_published_and_an_alias_leads_to_it()
    {
        await ServeAsync();
        await CreateAsync("f", Zip("def handler(event, context): return [1, context.function_version]"));
        var first = await SendAsync(HttpMethod.Post, $"{Functions}/f/versions", new { Description = "one" }, 201);
        Assert.That(first.ToString(), Does.Contain("\"Version\":\"1\"").And.Contain("function:f:1\"").And.Contain("\"Description\":\"one\""));
        Assert.That((await SendAsync(HttpMethod.Post, $"{Functions}/f/versions", null, 201)).GetProperty("Version").GetString(), Is.EqualTo("1"), "nothing has changed since");
        var second = await SendAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = Zip("def handler(event, context): return [2, context.function_version]"), Publish = true }, 200);
        Assert.That(second.GetProperty("Version").GetString(), Is.EqualTo("2"));

        var alias = await SendAsync(HttpMethod.Post, Aliases, new { Name = "live", FunctionVersion = "1", Description = "d" }, 201);

        Assert.That(alias.ToString(), Does.StartWith("""{"AliasArn":"arn:aws:lambda:local:000000000000:function:f:live","Name":"live","FunctionVersion":"1","Description":"d","RevisionId":"""));
        Assert.That(await CallAsync("f:live"), Is.EqualTo("[1, \"1\"]"));
        Assert.That(await CallAsync("f:1") + await CallAsync("f:2") + await CallAsync("f"), Is.EqualTo("[1, \"1\"][2, \"2\"][2, \"$LATEST\"]"));
        var updated = await SendAsync(HttpMethod.Put, $"{Aliases}/live", new { FunctionVersion = "2", RevisionId = alias.GetProperty("RevisionId").GetString() }, 200);
        Assert.That(updated.GetProperty("Description").GetString(), Is.EqualTo("d"), "what is not named stays");
        Assert.That(await CallAsync("f:live"), Is.EqualTo("[2, \"2\"]"));
        Assert.That((await SendAsync(HttpMethod.Get, $"{Functions}/f?Qualifier=live", null, 200)).GetProperty("Configuration").ToString(), Does.Contain("function:f:live\"").And.Contain("\"Version\":\"2\""));
        await RefusedAsync(HttpMethod.Put, $"{Aliases}/live", new { FunctionVersion = "1", RevisionId = "old" }, 412, "PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id. Call the GetAlias API");

        await RefusedAsync(HttpMethod.Delete, $"{Functions}/f?Qualifier=2", null, 409, "ResourceConflictException", "Version 2 of function f cannot be deleted: the aliases [live] point to it.");
        await SendAsync(HttpMethod.Delete, $"{Functions}/f?Qualifier=1", null, 204);
        await RefusedAsync(HttpMethod.Get, $"{Functions}/f/configuration?Qualifier=1", null, 404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:local:000000000000:function:f:1");
        await SendAsync(HttpMethod.Delete, $"{Aliases}/live", null, 204);
        await SendAsync(HttpMethod.Delete, $"{Aliases}/live", null, 204);
        await RefusedAsync(HttpMethod.Get, $"{Aliases}/live", null, 404, "ResourceNotFoundException", "Cannot find alias arn: arn:aws:lambda:local:000000000000:function:f:live");
        await RefusedAsync(HttpMethod.Delete, $"{Functions}/f?Qualifier=$LATEST", null, 400, "InvalidParameterValueException", "$LATEST version cannot be deleted");
    }

    [Test]
    public async Task An_alias_divides_its_calls_by_weight()
    {
        await ServeAsync();
        await CreateAsync("f", Zip("def handler(event, context): return context.function_version"));
        await SendAsync(HttpMethod.Post, $"{Functions}/f/versions", null, 201);
        await SendAsync(HttpMethod.Put, $"{Functions}/f/configuration", new { Description = "2", Timeout = 4 }, 200);
        await SendAsync(HttpMethod.Post, $"{Functions}/f/versions", null, 201);

        var alias = await SendAsync(HttpMethod.Post, Aliases, new { Name = "split", FunctionVersion = "1", RoutingConfig = new { AdditionalVersionWeights = new Dictionary<string, double> { ["2"] = 0.5 } } }, 201);

        Assert.That(alias.ToString(), Does.Contain("""{"AdditionalVersionWeights":{"2":0.5}}"""));
        var versions = new HashSet<string>();
        for (var i = 0; i < 200 && versions.Count < 2; i++)
        {
            using var response = await InvokeAsync("f:split", "{}");
            Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo($"\"{Header(response, "X-Amz-Executed-Version")}\""));
            versions.Add(Header(response, "X-Amz-Executed-Version"));
        }

        Assert.That(versions, Is.EquivalentTo(new[] { "1", "2" }));
        await SendAsync(HttpMethod.Put, $"{Aliases}/split", new { RoutingConfig = new { AdditionalVersionWeights = new { } } }, 200);
        Assert.That((await SendAsync(HttpMethod.Get, $"{Aliases}/split", null, 200)).TryGetProperty("RoutingConfig", out _), Is.False);
    }

    [Test]
    public async Task An_alias_that_cannot_be_is_refused()
    {
        await ServeAsync();
        await CreateAsync("f");
        await SendAsync(HttpMethod.Post, $"{Functions}/f/versions", null, 201);
        await SendAsync(HttpMethod.Post, Aliases, new { Name = "taken", FunctionVersion = "1" }, 201);
        const string Invalid = "InvalidParameterValueException";

        await RefusedAsync(HttpMethod.Post, Aliases, new { Name = "taken", FunctionVersion = "1" }, 409, "ResourceConflictException", "Alias already exists: arn:aws:lambda:local:000000000000:function:f:taken");
        await RefusedAsync(HttpMethod.Post, Aliases, new { Name = "17", FunctionVersion = "1" }, 400, "ValidationException", "1 validation error detected: Value '17' at 'name'");
        await RefusedAsync(HttpMethod.Post, Aliases, new { Name = "a", FunctionVersion = "9" }, 404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:local:000000000000:function:f:9");
        await RefusedAsync(HttpMethod.Post, Aliases, new { Name = "a" }, 400, "ValidationException", "1 validation error detected: Value null at 'functionVersion'");
        await RefusedAsync(HttpMethod.Post, Aliases, Weighted("1", ("1", 0.5)), 400, Invalid, "Invalid function version 1.");
        await RefusedAsync(HttpMethod.Post, Aliases, Weighted("$LATEST", ("1", 0.5)), 400, Invalid, "$LATEST is not supported");
        await RefusedAsync(HttpMethod.Post, Aliases, Weighted("1", ("2", 0.5), ("3", 0.5)), 400, Invalid, "Number of items in AdditionalVersionWeights");
        await RefusedAsync(HttpMethod.Post, Aliases, Weighted("1", ("2", 1.5)), 400, "ValidationException", "1 validation error detected: Value '{2=1.5}' at 'routingConfig.additionalVersionWeights'");
        await RefusedAsync(HttpMethod.Post, $"{Functions}/f:1/aliases", new { Name = "a", FunctionVersion = "1" }, 400, Invalid, "This operation is permitted on Lambda functions only.");
        await RefusedAsync(HttpMethod.Post, $"{Functions}/f/versions", new { CodeSha256 = "other" }, 400, Invalid, "CodeSHA256 (other) is different from current CodeSHA256 in $LATEST");
        await RefusedAsync(HttpMethod.Post, $"{Functions}/g/versions", new { }, 404, "ResourceNotFoundException", "Function not found");

        static object Weighted(string version, params (string Version, double Weight)[] others) => new
        {
            Name = "a",
            FunctionVersion = version,
            RoutingConfig = new { AdditionalVersionWeights = others.ToDictionary(other => other.Version, other => other.Weight) },
        };
    }

    [Test]
    public async Task Lists_come_in_pages_whose_end_is_told()
    {
        Python("a-folder", "def handler(event, context): pass");
        await ServeAsync();
        foreach (var name in (string[])["c", "a", "b"])
        {
            await CreateAsync(name);
        }

        await SendAsync(HttpMethod.Post, $"{Functions}/b/versions", null, 201);
        await SendAsync(HttpMethod.Put, $"{Functions}/b/configuration", new { Timeout = 4 }, 200);
        await SendAsync(HttpMethod.Post, $"{Functions}/b/versions", null, 201);
        foreach (var alias in (string[])["z", "y", "x"])
        {
            await SendAsync(HttpMethod.Post, $"{Functions}/b/aliases", new { Name = alias, FunctionVersion = alias == "y" ? "1" : "2" }, 201);
        }

        Assert.That(await PagesAsync(Functions, "Functions", "FunctionName"), Is.EqualTo(new[] { "a,a-folder", "b,c" }));
        Assert.That(await PagesAsync($"{Functions}?FunctionVersion=ALL", "Functions", "FunctionArn"), Is.EqualTo(new[] { "a:$LATEST,a-folder:$LATEST", "b:$LATEST,b:1", "b:2,c:$LATEST" }));
        Assert.That(await PagesAsync($"{Functions}/b/versions", "Versions", "Version"), Is.EqualTo(new[] { "$LATEST,1", "2" }));
        Assert.That(await PagesAsync($"{Functions}/b/aliases", "Aliases", "Name"), Is.EqualTo(new[] { "x,y", "z" }));
        Assert.That(await PagesAsync($"{Functions}/b/aliases?FunctionVersion=2", "Aliases", "Name"), Is.EqualTo(new[] { "x,z" }));
        await RefusedAsync(HttpMethod.Get, $"{Functions}?MaxItems=0", null, 400, "ValidationException", "1 validation error detected: Value '0' at 'maxItems'");
        await RefusedAsync(HttpMethod.Get, $"{Functions}?Marker=%7B", null, 400, "InvalidParameterValueException", "The marker");
        await RefusedAsync(HttpMethod.Get, $"{Functions}?FunctionVersion=NONE", null, 400, "ValidationException", "1 validation error detected: Value 'NONE' at 'functionVersion'");

        async Task<List<string>> PagesAsync(string path, string member, string key)
        {
            List<string> pages = [];
            JsonElement page = default;
            do
            {
                var marker = page.ValueKind == JsonValueKind.Undefined ? "" : "&Marker=" + page.GetProperty("NextMarker").GetString();
                page = await SendAsync(HttpMethod.Get, $"{path}{(path.Contains('?') ? '&' : '?')}MaxItems=2{marker}", null, 200);
                pages.Add(string.Join(',', page.GetProperty(member).EnumerateArray().Select(item => item.GetProperty(key).GetString()!.Split("function:")[^1])));
            }
            while (page.TryGetProperty("NextMarker", out _));
            return pages;
        }
    }
}
