"""Exercises of the demonstration's mathematics book, made by rule, each with its solution."""

import random
from collections.abc import Callable
from typing import NamedTuple

TRIPLES = (
    (3, 4, 5),
    (5, 12, 13),
    (6, 8, 10),
    (8, 15, 17),
    (9, 12, 15),
    (7, 24, 25),
    (12, 16, 20),
    (20, 21, 29),
    (10, 24, 26),
    (15, 20, 25),
    (12, 35, 37),
    (9, 40, 41),
)
THINGS = ("một cuốn vở", "một chiếc bút", "một cái thước", "một hộp màu", "một quyển truyện")


class Task(NamedTuple):
    """What is asked, how it is solved, and the answer alone."""

    asked: str
    solved: str
    answer: str


Maker = Callable[[random.Random], Task]


def tasks(topic: str, chance: random.Random, count: int) -> list[Task]:
    """So many different exercises on a topic."""
    found: dict[str, Task] = {}
    for _ in range(count * 20):
        task = chance.choice(TOPICS[topic])(chance)
        found[task.asked] = task
    return list(found.values())[:count]


def defined(chance: random.Random) -> Task:
    a, b = chance.randint(2, 9), chance.randint(1, 12)
    asked = f"Tìm điều kiện xác định của phân thức (x + {b}) : (x – {a})."
    return Task(asked, f"Mẫu thức phải khác 0: x – {a} ≠ 0, tức là x ≠ {a}.", f"x ≠ {a}")


def valued(chance: random.Random) -> Task:
    a, x = chance.randint(1, 6), chance.randint(2, 8)
    asked = f"Tính giá trị của phân thức (x<sup>2</sup> – {a * a}) : (x – {a}) tại x = {x + a}."
    return Task(
        asked,
        (
            f"Vì x<sup>2</sup> – {a * a} = (x – {a})(x + {a}) nên phân thức bằng x + {a}. Tại x = {x + a}, giá trị là "
            f"{x + 2 * a}."
        ),
        str(x + 2 * a),
    )


def reduced(chance: random.Random) -> Task:
    a, b, k = chance.randint(2, 7), chance.randint(2, 9), chance.randint(2, 5)
    asked = f"Rút gọn phân thức {k * a}x<sup>2</sup>y : {k * b}xy<sup>2</sup>."
    return Task(asked, f"Chia cả tử và mẫu cho nhân tử chung {k}xy, ta được {a}x : {b}y.", f"{a}x : {b}y")


def added(chance: random.Random) -> Task:
    a, b, m = chance.randint(1, 9), chance.randint(1, 9), chance.randint(2, 8)
    asked = f"Thực hiện phép cộng {a}x : (x + {m}) + {b}x : (x + {m})."
    return Task(
        asked,
        f"Hai phân thức cùng mẫu, cộng tử với tử: ({a}x + {b}x) : (x + {m}) = {a + b}x : (x + {m}).",
        f"{a + b}x : (x + {m})",
    )


def taken(chance: random.Random) -> Task:
    a, m = chance.randint(2, 9), chance.randint(1, 8)
    asked = f"Thực hiện phép trừ {a} : x – {m} : (2x)."
    solved = f"Mẫu thức chung là 2x: {2 * a} : (2x) – {m} : (2x) = {2 * a - m} : (2x)."
    return Task(asked, solved, f"{2 * a - m} : (2x)")


def solved_for(chance: random.Random) -> Task:
    a, x, b = chance.randint(2, 9), chance.randint(-6, 9), chance.randint(1, 20)
    asked = f"Giải phương trình {a}x + {b} = {a * x + b}."
    return Task(asked, f"Chuyển vế: {a}x = {a * x + b} – {b} = {a * x}. Chia hai vế cho {a}: x = {x}.", f"x = {x}")


def bought(chance: random.Random) -> Task:
    thing, price, count, paid = chance.choice(THINGS), chance.randint(4, 15), chance.randint(3, 9), chance.randint(2, 9)
    total = price * count + paid
    asked = (
        f"Lan mua {count} món cùng loại và {thing} giá {paid} nghìn đồng, trả tất cả {total} nghìn đồng. Hỏi mỗi món "
        "giá bao nhiêu?"
    )
    solved = (
        f"Gọi giá mỗi món là x nghìn đồng: {count}x + {paid} = {total}, suy ra x = {price}. Vậy mỗi món giá {price} "
        "nghìn đồng."
    )
    return Task(asked, solved, f"{price} nghìn đồng")


def sloped(chance: random.Random) -> Task:
    a, b, x = chance.randint(-4, 5) or 2, chance.randint(-6, 6), chance.randint(1, 6)
    sign = f"+ {b}" if b >= 0 else f"– {-b}"
    asked = f"Cho hàm số y = {a}x {sign}. Tính y khi x = {x} và cho biết hệ số góc."
    return Task(
        asked, f"Thay x = {x}: y = {a} · {x} {sign} = {a * x + b}. Hệ số góc là {a}.", f"y = {a * x + b}; hệ số góc {a}"
    )


def parallel(chance: random.Random) -> Task:
    a, b = chance.randint(2, 9), chance.randint(1, 9)
    asked = f"Tìm m để đường thẳng y = mx + {b} song song với đường thẳng y = {a}x – {b}."
    return Task(
        asked,
        f"Hai đường thẳng song song khi có cùng hệ số góc và khác tung độ gốc. Vì {b} ≠ –{b} nên m = {a}.",
        f"m = {a}",
    )


def drawn(chance: random.Random) -> Task:
    red, blue = chance.randint(2, 9), chance.randint(2, 9)
    asked = (
        f"Hộp có {red} quả bóng đỏ và {blue} quả bóng xanh giống nhau về kích thước. Lấy ngẫu nhiên một quả. Tính xác "
        "suất lấy được bóng đỏ."
    )
    solved = f"Có {red + blue} kết quả đồng khả năng, trong đó {red} kết quả thuận lợi. Xác suất là {red}/{red + blue}."
    return Task(asked, solved, f"{red}/{red + blue}")


def rolled(chance: random.Random) -> Task:
    least = chance.randint(2, 6)
    asked = f"Gieo một con xúc xắc cân đối. Tính xác suất để số chấm xuất hiện không nhỏ hơn {least}."
    names = ", ".join(str(one) for one in range(least, 7))
    return Task(
        asked,
        f"Các kết quả thuận lợi là {names}: có {7 - least} trên 6 kết quả. Xác suất là {7 - least}/6.",
        f"{7 - least}/6",
    )


def counted(chance: random.Random) -> Task:
    tries, hits = chance.choice((50, 80, 100, 200)), chance.randint(11, 45)
    asked = (
        f"Tung một chiếc nắp chai {tries} lần thì có {hits} lần nắp ngửa. Tính xác suất thực nghiệm của biến cố “nắp "
        "ngửa”."
    )
    percent = f"{hits / tries * 100:g}".replace(".", ",")
    return Task(asked, f"Xác suất thực nghiệm là {hits} : {tries} = {percent} %.", f"{percent} %")


def foreseen(chance: random.Random) -> Task:
    bad, batch = chance.randint(1, 4), chance.randint(3, 12) * 500
    asked = f"Kiểm tra 100 bóng đèn thấy {bad} bóng hỏng. Ước lượng số bóng hỏng trong lô {batch} bóng."
    return Task(
        asked,
        (
            f"Xác suất thực nghiệm là {bad} %. Trong {batch} bóng có khoảng {batch} · {bad} % = {batch * bad // 100} "
            "bóng "
            "hỏng."
        ),
        f"khoảng {batch * bad // 100} bóng",
    )


def thales(chance: random.Random) -> Task:
    am, mb, k = chance.randint(2, 6), chance.randint(2, 7), chance.randint(2, 4)
    asked = f"Tam giác ABC có MN // BC (M thuộc AB, N thuộc AC), AM = {am} cm, MB = {mb} cm, AN = {am * k} cm. Tính NC."
    return Task(
        asked, f"Theo định lí Thalès: AM : MB = AN : NC, nên NC = {am * k} · {mb} : {am} = {mb * k} cm.", f"{mb * k} cm"
    )


def shadowed(chance: random.Random) -> Task:
    stick, k, shade = chance.randint(1, 2), chance.randint(5, 12), chance.randint(1, 3)
    asked = (
        f"Một chiếc cọc cao {stick} m có bóng dài {shade} m. Cùng lúc đó bóng của cột cờ dài {shade * k} m. Cột cờ cao "
        "bao nhiêu?"
    )
    return Task(
        asked,
        f"Các tia nắng song song nên chiều cao tỉ lệ với bóng: {stick} : {shade} = h : {shade * k}, h = {stick * k} m.",
        f"{stick * k} m",
    )


def middle(chance: random.Random) -> Task:
    bc = chance.randint(4, 20) * 2
    asked = f"M và N là trung điểm của AB và AC trong tam giác ABC, biết BC = {bc} cm. Tính MN."
    return Task(asked, f"MN là đường trung bình nên MN = BC : 2 = {bc // 2} cm.", f"{bc // 2} cm")


def around(chance: random.Random) -> Task:
    a, b, c = (chance.randint(4, 9) * 2 for _ in range(3))
    asked = (
        f"Một tam giác có tổng ba cạnh là {a + b + c} cm. Tính chu vi tam giác có ba đỉnh là trung điểm các cạnh của "
        "nó."
    )
    return Task(
        asked,
        f"Mỗi cạnh của tam giác mới bằng nửa một cạnh của tam giác đã cho, nên chu vi bằng {(a + b + c) // 2} cm.",
        f"{(a + b + c) // 2} cm",
    )


def similar(chance: random.Random) -> Task:
    side, k = chance.randint(3, 9), chance.randint(2, 5)
    asked = f"ΔABC ∽ ΔMNP theo tỉ số {k}, biết MN = {side} cm. Tính AB."
    return Task(asked, f"AB : MN = {k} nên AB = {k} · {side} = {k * side} cm.", f"{k * side} cm")


def areas(chance: random.Random) -> Task:
    k, area = chance.randint(2, 5), chance.randint(3, 12)
    asked = (
        f"Hai tam giác đồng dạng theo tỉ số {k}; tam giác nhỏ có diện tích {area} cm<sup>2</sup>. Tính diện tích tam "
        "giác lớn."
    )
    solved = (
        f"Tỉ số diện tích bằng bình phương tỉ số đồng dạng: {k}<sup>2</sup> = {k * k}. Diện tích là {k * k * area} "
        "cm<sup>2</sup>."
    )
    return Task(asked, solved, f"{k * k * area} cm<sup>2</sup>")


def three_sides(chance: random.Random) -> Task:
    a, b, c, k = chance.randint(3, 6), chance.randint(5, 8), chance.randint(6, 9), chance.randint(2, 4)
    asked = (
        f"Tam giác có ba cạnh {a}, {b}, {c} cm và tam giác có ba cạnh {a * k}, {b * k}, {c * k} cm có đồng dạng không?"
    )
    return Task(
        asked,
        f"Ba tỉ số {a} : {a * k}, {b} : {b * k}, {c} : {c * k} đều bằng 1 : {k}, nên hai tam giác đồng dạng (c.c.c).",
        f"có, tỉ số 1 : {k}",
    )


def two_angles(chance: random.Random) -> Task:
    first, second = chance.randint(35, 60), chance.randint(61, 80)
    third = 180 - first - second
    asked = (
        f"ΔABC có hai góc {first}° và {second}°, ΔDEF có hai góc {first}° và {third}°. Hai tam giác có đồng dạng không?"
    )
    return Task(
        asked, f"Góc còn lại của ΔABC là {third}°. Hai tam giác có hai cặp góc bằng nhau nên đồng dạng (g.g).", "có"
    )


def longest(chance: random.Random) -> Task:
    a, b, c = chance.choice(TRIPLES)
    asked = f"Tam giác vuông có hai cạnh góc vuông {a} cm và {b} cm. Tính cạnh huyền."
    return Task(
        asked,
        (
            f"Theo định lí Pythagore: {a}<sup>2</sup> + {b}<sup>2</sup> = {a * a + b * b} = {c}<sup>2</sup>. Cạnh "
            "huyền "
            f"dài {c} cm."
        ),
        f"{c} cm",
    )


def ladder(chance: random.Random) -> Task:
    a, b, c = chance.choice(TRIPLES)
    asked = (
        f"Một chiếc thang dài {c} dm tựa vào tường, chân thang cách tường {a} dm. Đầu thang cao bao nhiêu so với mặt "
        "đất?"
    )
    return Task(
        asked,
        f"{c}<sup>2</sup> – {a}<sup>2</sup> = {c * c - a * a} = {b}<sup>2</sup>, nên đầu thang cao {b} dm.",
        f"{b} dm",
    )


TOPICS: dict[str, tuple[Maker, ...]] = {
    "fraction": (defined, valued),
    "reduce": (reduced,),
    "add": (added, taken),
    "equation": (solved_for, bought),
    "function": (sloped, parallel),
    "chance": (drawn, rolled),
    "trial": (counted, foreseen),
    "thales": (thales, shadowed),
    "middle": (middle, around),
    "similar": (similar, areas),
    "cases": (three_sides, two_angles),
    "pythagoras": (longest, ladder),
}
