namespace Roost.LocalLambda.Tests;

internal sealed class FunctionArnTests
{
    [TestCase("on-bump", "on-bump", null)]
    [TestCase("on-bump:$LATEST", "on-bump", "$LATEST")]
    [TestCase("on-bump:7", "on-bump", "7")]
    [TestCase("123456789012:function:on-bump", "on-bump", null)]
    [TestCase("123456789012:function:on-bump:prod", "on-bump", "prod")]
    [TestCase("arn:aws:lambda:eu-central-1:123456789012:function:on-bump", "on-bump", null)]
    [TestCase("arn:aws-cn:lambda:cn-north-1:123456789012:function:on-bump:$LATEST", "on-bump", "$LATEST")]
    [TestCase("arn", "arn", null)]
    [TestCase("function", "function", null)]
    public void A_function_goes_by_its_name_and_both_forms_of_arn(string text, string name, string? qualifier)
    {
        Assert.That(FunctionArn.TryParse(text, out var arn), Is.True);
        Assert.That(arn, Is.EqualTo(new FunctionArn(name, qualifier)));
    }

    [TestCase("")]
    [TestCase(":")]
    [TestCase("a:")]
    [TestCase(":a")]
    [TestCase("a:b:c")]
    [TestCase("a b")]
    [TestCase("../a")]
    [TestCase("bümp")]
    [TestCase("a:$OLDEST")]
    [TestCase("arn:aws:lambda:r:a:function")]
    [TestCase("arn:aws:lambda:r:a:function:")]
    [TestCase("arn:aws:lambda:r:a:function:a:b:c")]
    [TestCase("arn:aws:s3:r:a:function:a")]
    [TestCase("12345678901234567890123456789012345678901234567890123456789012345")]
    public void Anything_else_is_refused(string text) => Assert.That(FunctionArn.TryParse(text, out _), Is.False);

    [TestCase("f", null)]
    [TestCase("f", "$LATEST")]
    public void What_is_written_reads_as_the_same(string name, string? qualifier)
    {
        Assert.That(FunctionArn.TryParse(new FunctionArn(name, qualifier).ToString(), out var arn), Is.True);
        Assert.That(arn, Is.EqualTo(new FunctionArn(name, qualifier)));
    }
}
