using System.Text;
using Roost.LocalLambda.Sources.Streams;

namespace Roost.LocalLambda.Tests.Sources.Streams;

internal sealed class PartialBatchResponseTests
{
    private static readonly BatchRecord[] Records = [.. Enumerable.Range(7, 4).Select(offset => new BatchRecord(offset, default, "k", []))];

    [TestCase("", Description = "an empty answer")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"batchItemFailures":null}""")]
    [TestCase("""{"batchItemFailures":[]}""")]
    [TestCase("""{"other":[{"itemIdentifier":"00000000000000000008"}]}""")]
    public void The_whole_batch_is_done(string answer) => Assert.That(Read(answer), Is.Null);

    [TestCase("""{"batchItemFailures":[{"itemIdentifier":""}]}""")]
    [TestCase("""{"batchItemFailures":[{"itemIdentifier":null}]}""")]
    [TestCase("""{"batchItemFailures":[{"itemIdentifier":8}]}""")]
    [TestCase("""{"batchItemFailures":[{"itemIdentifer":"00000000000000000008"}]}""", Description = "a key with a wrong name")]
    [TestCase("""{"batchItemFailures":[{}]}""")]
    [TestCase("""{"batchItemFailures":["00000000000000000008"]}""")]
    [TestCase("""{"batchItemFailures":[{"itemIdentifier":"00000000000000000099"}]}""", Description = "of no record of the batch")]
    [TestCase("""{"batchItemFailures":[{"itemIdentifier":"00000000000000000009"},{"itemIdentifier":""}]}""", Description = "one that is sound besides")]
    [TestCase("""{"batchItemFailures":{"itemIdentifier":"00000000000000000008"}}""")]
    [TestCase("\"done\"")]
    [TestCase("[]")]
    [TestCase("no json")]
    public void The_whole_batch_has_failed(string answer) => Assert.That(Read(answer), Is.Zero);

    [TestCase("""{"batchItemFailures":[{"itemIdentifier":"00000000000000000009"}]}""", 2)]
    [TestCase("""{"batchItemFailures":[{"itemIdentifier":"00000000000000000010"},{"itemIdentifier":"00000000000000000008"},{"itemIdentifier":"00000000000000000009"}]}""", 1)]
    [TestCase("""{"batchItemFailures":[{"itemIdentifier":"00000000000000000007"}]}""", 0)]
    public void The_batch_has_failed_from_the_lowest_record_on(string answer, int place) => Assert.That(Read(answer), Is.EqualTo(place));

    private static int? Read(string answer) => PartialBatchResponse.FirstFailure(Encoding.UTF8.GetBytes(answer), Records);
}
