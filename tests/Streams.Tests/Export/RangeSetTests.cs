using FsCheck;
using FsCheck.Fluent;
using Roost.Streams.Export.Progress;

namespace Roost.Streams.Tests.Export;

public sealed class RangeSetTests
{
    private const int Offsets = 40;

    [Test]
    public void Whatever_is_added_it_holds_the_same_offsets_as_a_plain_set_and_its_ranges_never_touch()
    {
        var ranges = Gen.Choose(0, Offsets).Two().Select(pair => new OffsetRange(Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2))).ListOf();
        Prop.ForAll(Arb.From(Gen.Choose(0, 10)), Arb.From(ranges), (floor, added) =>
        {
            var (set, plain) = (new RangeSet(floor), Enumerable.Range(0, floor).ToHashSet());
            foreach (var range in added)
            {
                set.Add(range);
                plain.UnionWith(Enumerable.Range((int)range.First, (int)range.Count));
            }

            Assert.That(Enumerable.Range(0, Offsets).Where(offset => set.Contains(offset)), Is.EqualTo(plain.Order()));
            Assert.That(set.Floor, Is.EqualTo(Enumerable.Range(0, Offsets + 1).First(offset => !plain.Contains(offset))));
            Assert.That(set.Gaps(Offsets).SelectMany(gap => Enumerable.Range((int)gap.First, (int)gap.Count)), Is.EqualTo(Enumerable.Range(0, Offsets).Where(offset => !plain.Contains(offset))));
            var ends = set.Ranges.SelectMany(range => new[] { range.First, range.Next }).Prepend(set.Floor).ToList();
            Assert.That(ends, Is.Ordered.And.Unique);
        }).QuickCheckThrowOnFailure();
    }
}
