"""What the demo company sells, cheapest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhike_engine.words import Text


@dataclass(frozen=True, slots=True)
class Product:
    """`price` in CNY, `decimals` of the unit price; `demand_class` 1: weigh-in-motion, overload detection."""

    code: str
    title: Text
    price: float
    decimals: int
    demand_class: int = 2


PRODUCTS = (
    Product("shielded_cable", Text(zh="屏蔽电缆（米）", en="shielded cable (metre)"), 3.2475, 4),
    Product("junction_box", Text(zh="接线盒", en="junction box"), 45.7525, 4),
    Product("load_cell", Text(zh="称重传感器", en="load cell"), 86.5, 4),
    Product("bench_scale", Text(zh="电子台秤", en="bench scale"), 420, 2),
    Product("indicator", Text(zh="称重仪表", en="weighing indicator"), 680, 2),
    Product("platform_scale", Text(zh="电子平台秤", en="platform scale"), 1_680, 2),
    Product("crane_scale", Text(zh="电子吊秤", en="crane scale"), 3_200, 2),
    Product("axle_sensor", Text(zh="动态轴重传感器", en="weigh-in-motion axle sensor"), 12_500, 2, 1),
    Product("hopper_scale", Text(zh="料斗秤", en="hopper scale"), 18_500, 2),
    Product("belt_scale", Text(zh="皮带秤", en="belt scale"), 26_800, 2),
    Product("truck_scale", Text(zh="汽车衡", en="truck scale"), 68_000, 2),
    Product("packing_scale", Text(zh="定量包装秤", en="bagging scale"), 95_000, 2),
    Product("overload_detection", Text(zh="超限检测设备", en="overload-detection equipment"), 185_000, 2, 1),
    Product("rail_scale", Text(zh="轨道衡", en="rail scale"), 260_000, 2),
    Product("wim_toll", Text(zh="动态称重收费设备", en="weigh-in-motion toll equipment"), 320_000, 2, 1),
)
CODES = tuple(product.code for product in PRODUCTS)
ANY = -1
COMMISSIONING = Product("commissioning", Text(zh="安装调试服务", en="installation and commissioning"), 0, 2)

BASKETS = ("parts", "scales", "plant", "road", "grain")
_WEIGHTS = {
    "parts": (5, 6, 9, 3, 6, 3, 2, 1, 1, 1, 1, 0.4, 0.1, 0.1, 0.1),
    "scales": (1, 1, 2, 9, 5, 9, 5, 0, 1, 0.5, 2, 1, 0, 0, 0),
    "plant": (2, 3, 6, 2, 4, 3, 3, 0, 6, 6, 7, 5, 0, 2, 0),
    "road": (2, 2, 3, 0, 3, 0, 0, 9, 0, 0, 3, 0, 8, 0, 9),
    "grain": (1, 1, 3, 2, 3, 4, 0, 0, 5, 3, 9, 9, 0, 0.5, 0),
}
CUMULATIVE = np.array([np.cumsum(_WEIGHTS[basket]) for basket in BASKETS])
"""Running sums of the weights of the products in each basket."""


def basket_of(segment: str | None, department: str) -> int:
    """The position in BASKETS of what a customer of this kind mostly buys."""
    if segment in ("expressway", "class2_highway"):
        return BASKETS.index("road")
    if segment == "grain_store":
        return BASKETS.index("grain")
    if segment in ("large_mine", "industrial", "port", "recycling"):
        return BASKETS.index("plant")
    return BASKETS.index("parts" if department == "foreign_trade" else "scales")
