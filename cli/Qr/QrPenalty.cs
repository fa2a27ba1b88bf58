namespace Roost.Cli.Qr;

/// <summary>How hard a masked code is to read (section 7.8.3.1): the mask with the least is taken. Any would be read; this one is read best.</summary>
internal static class QrPenalty
{
    private static readonly bool[] s_finderLike = [true, false, true, true, true, false, true, false, false, false, false];

    public static int Of(bool[,] modules)
    {
        var size = modules.GetLength(0);
        var (penalty, dark) = (0, 0);
        for (var one = 0; one < size; one++)
        {
            var (row, column) = (one, one);
            penalty += OfLine(size, place => modules[row, place]) + OfLine(size, place => modules[place, column]);
        }

        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                dark += modules[row, column] ? 1 : 0;
                if (row > 0 && column > 0 && modules[row, column] == modules[row - 1, column] && modules[row, column] == modules[row, column - 1] && modules[row, column] == modules[row - 1, column - 1])
                {
                    penalty += 3;
                }
            }
        }

        var fivePercents = Math.Abs((dark * 20) - (size * size * 10)) / (size * size);
        return penalty + (fivePercents * 10);
    }

    private static int OfLine(int size, Func<int, bool> at)
    {
        var (penalty, run) = (0, 0);
        for (var place = 0; place < size; place++)
        {
            run = place > 0 && at(place) == at(place - 1) ? run + 1 : 1;
            penalty += run == 5 ? 3 : run > 5 ? 1 : 0;
            if (place + s_finderLike.Length <= size && (Matches(place, isReversed: false) || Matches(place, isReversed: true)))
            {
                penalty += 40;
            }
        }

        return penalty;

        bool Matches(int start, bool isReversed)
        {
            for (var offset = 0; offset < s_finderLike.Length; offset++)
            {
                if (at(start + offset) != s_finderLike[isReversed ? s_finderLike.Length - 1 - offset : offset])
                {
                    return false;
                }
            }

            return true;
        }
    }
}
