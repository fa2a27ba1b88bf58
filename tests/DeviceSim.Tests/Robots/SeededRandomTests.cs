using Roost.DeviceSim.Robots;

namespace Roost.DeviceSim.Tests.Robots;

public sealed class SeededRandomTests
{
    [Test]
    public void The_sequence_of_a_seed_is_frozen()
    {
        // First outputs of SplitMix64 for seed 1234567, as its author published them: 6457827717110365317, 3203168211198807973.
        var (first, next) = new SeededRandom(1234567).Draw();
        var (second, _) = next.Draw();

        Assert.That(first, Is.EqualTo((6457827717110365317UL >> 11) * (1.0 / (1UL << 53))));
        Assert.That(second, Is.EqualTo((3203168211198807973UL >> 11) * (1.0 / (1UL << 53))));
    }
}
