// codes_zxing.cpp - what zxing-cpp finds in a picture by a search of its own: only the benchmark of codes uses it.
#define ZX_USE_UTF8
#include <ZXing/ReadBarcode.h>

#include <string>
#include <vector>

extern "C" bool zxing_finds(const uint8_t *pixels, uint32_t width, uint32_t height, const char *text, bool inverted)
{
	std::vector<uint8_t> p(pixels, pixels + size_t(width) * height);
	if (inverted)
		for (uint8_t &v : p)
			v = uint8_t(~v);
	auto hints = ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode);
	for (const auto &r : ZXing::ReadBarcodes({p.data(), int(width), int(height), ZXing::ImageFormat::Lum}, hints))
		if (r.isValid() && r.text() == text)
			return true;
	return false;
}
