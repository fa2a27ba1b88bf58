using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests;

internal sealed class TraceContextTests
{
    private const string Root = "1-5759e988-bd862e3fe1be46a994272793";
    private const string XRay = $"Root={Root};Parent=53995c3f42cd8ad8;Sampled=1";
    private const string W3C = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";

    [Test]
    public void Each_form_becomes_the_other()
    {
        Assert.That(TraceContext.From(XRay, null, null)!.TraceParent, Is.EqualTo(W3C));
        Assert.That(TraceContext.From(null, W3C, "vendor=1")!, Has.Property("XRay").EqualTo(XRay).And.Property("TraceState").EqualTo("vendor=1"));
    }

    [Test]
    public void What_a_caller_sent_in_both_forms_is_passed_on_as_it_is()
    {
        const string Other = "00-aaaaaaaabbbbbbbbccccccccdddddddd-1234567812345678-00";
        var trace = TraceContext.From($"{XRay};Lineage=a87bd80c:1|68fd508a:5", Other, null)!;

        Assert.That(trace.XRay, Is.EqualTo($"{XRay};Lineage=a87bd80c:1|68fd508a:5"));
        Assert.That(trace.TraceParent, Is.EqualTo(Other));
    }

    [TestCase("Root=1-5759e988-bd862e3fe1be46a994272793", "Sampled=0 when it is not said")]
    [TestCase("Sampled=?; Root=1-5759e988-bd862e3fe1be46a994272793 ;Parent=xyz", "a parent that is none")]
    public void A_root_is_enough(string header, string why) =>
        Assert.That(TraceContext.From(header, null, null)?.TraceParent, Is.EqualTo("00-5759e988bd862e3fe1be46a994272793-e1be46a994272793-00"), why);

    [TestCase("")]
    [TestCase("Root=2-5759e988-bd862e3fe1be46a994272793")]
    [TestCase("Root=1-5759e988-bd862e3fe1be46a99427279")]
    [TestCase("Root=1-5759e988-BD862e3fe1be46a994272793")]
    [TestCase("Root=1-5759e988-000000000000000000000000")]
    [TestCase("Parent=53995c3f42cd8ad8;Sampled=1")]
    [TestCase("Root=1-5759e988-bd862e3fe1be46a994272793\r\nX-Evil: 1")]
    [TestCase("Root=1-5759e988-bd862e3fe1be46a994272793;Self=\u00e9")]
    public void A_header_of_XRay_that_cannot_be_read_is_ignored(string header) => Assert.That(TraceContext.From(header, null, null), Is.Null);

    [TestCase("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-0")]
    [TestCase("00-5759e988bd862e3fe1be46a994272793-0000000000000000-01")]
    [TestCase("00-00000000000000000000000000000000-53995c3f42cd8ad8-01")]
    [TestCase("ff-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01")]
    [TestCase("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-more")]
    [TestCase("00-5759E988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01")]
    [TestCase("00_5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01")]
    public void A_traceparent_that_the_recommendation_calls_invalid_is_ignored(string header) => Assert.That(TraceContext.From(null, header, "a=b"), Is.Null);

    [Test]
    public void A_traceparent_of_a_later_version_may_be_longer() =>
        Assert.That(TraceContext.From(null, "01-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-03-more", null)?.IsSampled, Is.True);

    [Test]
    public void Headers_beyond_the_bound_are_ignored() =>
        Assert.That(TraceContext.From($"{XRay};Lineage={new string('a', TraceContext.MaxHeaderLength)}", $"01{W3C[2..]}-{new string('a', TraceContext.MaxHeaderLength)}", null), Is.Null);

    [Test]
    public void A_new_trace_tells_its_time_and_is_not_sampled()
    {
        var clock = new ManualTimeProvider();
        var trace = TraceContext.NewRoot(clock);

        Assert.That(trace.RootId, Does.StartWith($"1-{clock.GetUtcNow().ToUnixTimeSeconds():x8}-"));
        Assert.That(trace.IsSampled, Is.False);
        Assert.That(TraceContext.From(trace.XRay, null, null), Is.EqualTo(trace));
        Assert.That(TraceContext.From(null, trace.TraceParent, null), Is.EqualTo(trace));
    }
}
