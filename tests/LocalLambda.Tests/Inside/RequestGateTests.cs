using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Inside;

namespace Roost.LocalLambda.Tests.Inside;

internal sealed class RequestGateTests
{
    private static readonly RequestGate Gate = new("f", new FunctionRights(
    [
        new Grant { Publish = "site/alarms/#" },
        new Grant { Publish = "a b/%2F", Retain = true },
        new Grant { Retained = "robots/+/state" },
        new Grant { Shadow = "vac-*", Names = ["classic", "cfg-*"], Allow = ["get", "update"] },
        new Grant { Shadow = "arm-1", Allow = ["delete", "list"] },
        new Grant { Stream = "telemetry", Allow = ["append"] },
        new Grant { Stream = "audit", Allow = ["read"] },
        new Grant { Invoke = "echo" },
    ]));

    [TestCase("POST", "/topics/site%2Falarms%2Ffire", "/topics/site%2Falarms%2Ffire")]
    [TestCase("POST", "/topics/site/alarms/fire?qos=1", "/topics/site%2Falarms%2Ffire?qos=1")]
    [TestCase("POST", "/topics/s%69te/alarms", "/topics/site%2Falarms")]
    [TestCase("POST", "/topics/a%20b%2F%252F?retain=true", "/topics/a%20b%2F%252F?retain=true", Description = "decoded once: the topic holds the characters %2F")]
    [TestCase("POST", "/topics/site%2Falarms?responseTopic=site%2Falarms%2Fanswers", "/topics/site%2Falarms?responseTopic=site%2Falarms%2Fanswers")]
    [TestCase("POST", "/topics/%24aws%2Fthings%2Fvac-1%2Fshadow%2Fname%2Fcfg-a%2Fupdate", "/topics/%24aws%2Fthings%2Fvac-1%2Fshadow%2Fname%2Fcfg-a%2Fupdate")]
    [TestCase("GET", "/retainedMessage/robots%2Fr1%2Fstate", "/retainedMessage/robots%2Fr1%2Fstate")]
    [TestCase("GET", "/retainedMessage?maxResults=2", "/retainedMessage?maxResults=2")]
    [TestCase("GET", "/things/vac-1/shadow", "/things/vac-1/shadow")]
    [TestCase("GET", "/things/%76ac-1/shadow?name=cfg-%61", "/things/vac-1/shadow?name=cfg-%61")]
    [TestCase("DELETE", "/things/arm-1/shadow?name=any", "/things/arm-1/shadow?name=any")]
    [TestCase("GET", "/api/things/shadow/ListNamedShadowsForThing/arm-1", "/api/things/shadow/ListNamedShadowsForThing/arm-1")]
    [TestCase("POST", "/2015-03-31/functions/echo/invocations?Qualifier=live", "/2015-03-31/functions/echo/invocations?Qualifier=live")]
    [TestCase("POST", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Aecho%3Alive/invocations", "/2015-03-31/functions/echo:live/invocations")]
    [TestCase("POST", "/api/v1/streams/telemetry/records", "/api/v1/streams/telemetry/records")]
    [TestCase("GET", "/api/v1/streams/audit/records?wait=1s", "/api/v1/streams/audit/records?wait=1s")]
    [TestCase("GET", "/api/v1/streams/audit", "/api/v1/streams/audit")]
    public void What_is_granted_passes_in_the_form_that_was_decided_on(string method, string target, string passed)
    {
        var context = Request(method, target);

        Assert.That(Gate.Check(context), Is.Null);
        Assert.That(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, Is.EqualTo(passed));
        Assert.That(context.Request.Path.Value, Is.EqualTo(passed.Split('?')[0]));
    }

    [TestCase("POST", "/topics/site", "publish on site", Description = "the filter is site/alarms/#")]
    [TestCase("POST", "/topics/Site/alarms/x", "publish on Site/alarms/x")]
    [TestCase("POST", "/topics/site%252Falarms", "publish on site%2Falarms", Description = "decoded once: one level")]
    [TestCase("POST", "/topics/site/alarms/x?retain=true", "publish retained messages on site/alarms/x")]
    [TestCase("POST", "/topics/site/alarms/x?retain=TRUE", "publish retained messages on site/alarms/x")]
    [TestCase("POST", "/topics/site/alarms/x?responseTopic=secret", "have answers published on secret (responseTopic)")]
    [TestCase("POST", "/topics/site/alarms/x?responseTopic=%24aws%2Fthings%2Fvac-1%2Fshadow%2Fupdate", "have answers published on $aws")]
    [TestCase("POST", "/topics/site/alarms/x?ResponseTopic=secret", "have answers published on secret (responseTopic)")]
    [TestCase("POST", "/topics/%24SYS%2Fbroker%2Fuptime", "No function may publish on $SYS/broker/uptime")]
    [TestCase("POST", "/topics/%24aws%2Fevents%2Fpresence%2Fconnected%2Fx", "No function may publish on $aws/events")]
    [TestCase("POST", "/topics/%24aws%2Fthings%2Fvac-1%2Fshadow%2Fupdate%2Faccepted", "No function may publish on $aws/things/vac-1/shadow/update/accepted")]
    [TestCase("POST", "/topics/%24aws%2Fthings%2Fvac-1%2Fshadow%2Fupdate?retain=true", "No function may publish retained messages on $aws")]
    [TestCase("POST", "/topics/%24aws%2Fthings%2Farm-1%2Fshadow%2Fupdate", "update the classic shadow of arm-1")]
    [TestCase("POST", "/topics/%24aws%2Fthings%2Fvac-1%2Fshadow%2Fname%2Fother%2Fupdate", "update the shadow other of vac-1")]
    [TestCase("GET", "/retainedMessage/robots%2Fr1%2Fx%2Fstate", "read the retained message on robots/r1/x/state")]
    [TestCase("GET", "/things/vac-1/shadow?name=secret", "get the shadow secret of vac-1")]
    [TestCase("GET", "/things/vac-1/shadow?NAME=secret", "get the shadow secret of vac-1")]
    [TestCase("DELETE", "/things/vac-1/shadow", "delete the classic shadow of vac-1")]
    [TestCase("GET", "/things/Vac-1/shadow", "get the classic shadow of Vac-1")]
    [TestCase("GET", "/api/things/shadow/ListNamedShadowsForThing/vac-1", "list the shadows of vac-1")]
    [TestCase("POST", "/2015-03-31/functions/f/invocations", "invoke f (lambda:InvokeFunction)", Description = "not even itself")]
    [TestCase("GET", "/api/v1/streams/telemetry/records", "read stream telemetry")]
    [TestCase("POST", "/api/v1/streams/%24shadows/records", "append to stream $shadows")]
    public void What_is_not_granted_is_refused_and_says_what_is_missing(string method, string target, string what)
    {
        var refusal = Gate.Check(Request(method, target));

        Assert.That(refusal?.Status, Is.EqualTo(403));
        Assert.That(refusal!.Error, Is.EqualTo("ForbiddenException").Or.EqualTo("AccessDeniedException"));
        Assert.That(refusal.Message, Does.Contain(what));
    }

    [TestCase("GET", "/metrics")]
    [TestCase("GET", "/healthz")]
    [TestCase("GET", "/")]
    [TestCase("GET", "/mqtt")]
    [TestCase("GET", "/api/v1/things")]
    [TestCase("POST", "/api/v1/backup")]
    [TestCase("GET", "/api/v1/streams")]
    [TestCase("GET", "/api/v1/streams/audit/tail")]
    [TestCase("GET", "/2015-03-31/functions")]
    [TestCase("DELETE", "/2015-03-31/functions/echo")]
    [TestCase("PUT", "/2015-03-31/functions/echo/code")]
    [TestCase("DELETE", "/connections/c1")]
    [TestCase("PUT", "/things/vac-1/shadow")]
    [TestCase("GET", "/things/vac-1/shadow/")]
    [TestCase("GET", "//things/vac-1/shadow")]
    [TestCase("GET", "/THINGS/vac-1/shadow")]
    [TestCase("GET", "/%74hings/vac-1/shadow")]
    [TestCase("GET", "/topics/site%2Falarms")]
    [TestCase("POST", "/topics")]
    public void What_functions_cannot_be_granted_is_refused(string method, string target)
    {
        var refusal = Gate.Check(Request(method, target));

        Assert.That(refusal?.Status, Is.EqualTo(403));
        Assert.That(refusal!.Error, Is.EqualTo("AccessDeniedException"));
    }

    [TestCase("POST", "http://127.0.0.1/topics/site%2Falarms", Description = "absolute form")]
    [TestCase("GET", "*")]
    [TestCase("GET", "things/vac-1/shadow")]
    [TestCase("POST", "/topics/../metrics")]
    [TestCase("GET", "/things/vac-1/../vac-1/shadow")]
    [TestCase("GET", "/things/%2e%2e/shadow")]
    [TestCase("GET", "/things/%2E/shadow")]
    [TestCase("GET", "/things/vac-1%2Fshadow%2F..%2F..%2Fvac-2/shadow")]
    [TestCase("GET", "/things/vac-1%252F/shadow")]
    [TestCase("GET", "/things//shadow")]
    [TestCase("GET", "/things/vac-%zz/shadow")]
    [TestCase("GET", "/things/vac-1%/shadow")]
    [TestCase("GET", "/things/vac-%ff/shadow", Description = "no UTF-8")]
    [TestCase("GET", "/things/vac-1/shadow?name=cfg-a&name=secret")]
    [TestCase("GET", "/things/vac-1/shadow?name=cfg-a&n%61me=secret")]
    [TestCase("GET", "/things/vac-1/shadow?name=")]
    [TestCase("GET", "/things/vac-1/shadow?name=a%2Fb")]
    [TestCase("POST", "/topics/site%2Falarms%2F%2B")]
    [TestCase("POST", "/topics/site%2Falarms%2F%00")]
    [TestCase("POST", "/topics/")]
    [TestCase("POST", "/2015-03-31/functions/a%2Fb/invocations")]
    [TestCase("POST", "/api/v1/streams/a%2Fb/records")]
    public void What_cannot_be_understood_for_sure_is_refused(string method, string target) =>
        Assert.That(Gate.Check(Request(method, target))?.Status, Is.EqualTo(400));

    /// <summary>As Kestrel gives it: the target as it was sent, and a path that nobody here must trust.</summary>
    private static DefaultHttpContext Request(string method, string target)
    {
        var context = new DefaultHttpContext();
        var query = target.IndexOf('?', StringComparison.Ordinal);
        context.Request.Method = method;
        context.Request.Path = "/topics/site/alarms";
        context.Request.QueryString = query < 0 ? QueryString.Empty : new QueryString(target[query..]);
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        return context;
    }
}
